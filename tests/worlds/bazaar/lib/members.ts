import { prisma } from "./prisma";

export async function isMember(userId: string, shopId: string) {
  const member = await prisma.member.findFirst({ where: { userId, shopId } });
  return member !== null;
}
