const { createClient } = require("../supabase-js/index.js");
module.exports = { createServerClient: createClient };
