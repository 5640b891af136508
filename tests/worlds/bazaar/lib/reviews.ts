import { prisma } from "./prisma";

export async function mayEditReview(reviewId: string, userId: string) {
  const review = await prisma.review.findFirst({
    where: { id: reviewId, userId },
  });
  return review !== null;
}
