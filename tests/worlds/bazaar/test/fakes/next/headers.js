module.exports = { cookies: async () => ({ getAll: () => [] }) };
