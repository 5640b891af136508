class Stripe {
  webhooks = {
    constructEvent(payload, signature) {
      if (signature !== "signed") throw new Error("invalid signature");
      return JSON.parse(payload);
    },
  };
}
module.exports = { __esModule: true, default: Stripe };
