const { state } = require("../../rows.js");

class Query {
  constructor(table, verb, row, tests = []) {
    Object.assign(this, { table, verb, row, tests: [...tests], one: false });
  }
  select(columns) {
    this.columns = columns;
    return this;
  }
  eq(column, value) {
    this.tests.push((row) => row[column] === value);
    return this;
  }
  order() {
    return this;
  }
  limit() {
    return this;
  }
  single() {
    this.one = true;
    return this;
  }
  maybeSingle() {
    return this.single();
  }
  then(done, failed) {
    return Promise.resolve(this.run()).then(done, failed);
  }
  run() {
    const rows = state.tables[this.table];
    if (this.verb === "insert") {
      if (rows.some((row) => row.id && row.id === this.row.id))
        return { data: null, error: { code: "23505", message: "duplicate" } };
      rows.push(this.row);
      return { data: null, error: null };
    }
    const hits = rows.filter((row) => this.tests.every((test) => test(row)));
    if (this.verb === "update")
      hits.forEach((row) => Object.assign(row, this.row));
    if (this.verb === "delete")
      state.tables[this.table] = rows.filter((row) => !hits.includes(row));
    return { data: this.one ? (hits[0] ?? null) : hits, error: null };
  }
}

// The policies of the migration: with the key of the service role there are none.
function createClient(_url, _key, { cookies } = {}) {
  const own = cookies ? [(row) => row.user_id === state.user?.id] : [];
  return {
    auth: { getUser: async () => ({ data: { user: state.user } }) },
    from: (table) => ({
      select: (columns) =>
        new Query(table, "select", null, own).select(columns),
      insert: (row) => new Query(table, "insert", row),
      update: (row) => new Query(table, "update", row, own),
      delete: () => new Query(table, "delete", null, own),
    }),
    rpc: (name, given) => {
      const query = new Query("documents", "select");
      if (given.match_user_id) query.eq("user_id", given.match_user_id);
      return query;
    },
  };
}
module.exports = { createClient };
