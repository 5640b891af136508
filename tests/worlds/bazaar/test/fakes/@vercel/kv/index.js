const kept = new Map();
module.exports = {
  kv: {
    get: async (key) => kept.get(key) ?? null,
    set: async (key, value) => void kept.set(key, value),
  },
};
