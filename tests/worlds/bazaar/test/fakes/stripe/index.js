class Stripe {
  webhooks = {
    constructEvent(payload, signature) {
      if (signature !== "signed") throw new Error("invalid signature");
      return JSON.parse(payload);
    },
  };
  billingPortal = {
    sessions: {
      create: async ({ customer }) => ({
        url: `https://stripe.example/${customer}`,
      }),
    },
  };
}
module.exports = { __esModule: true, default: Stripe };
