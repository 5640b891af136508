const { state } = require("../../rows.js");

const fits = (row, where) =>
  Object.entries(where).every(([key, value]) =>
    value?.in ? value.in.includes(row[key]) : row[key] === value,
  );

function shown(row, { select, omit }) {
  if (!row) return null;
  const keys = Object.keys(row).filter(
    (key) => (!select || select[key]) && !(omit && omit[key]),
  );
  return Object.fromEntries(keys.map((key) => [key, row[key]]));
}

class PrismaClient {
  constructor() {
    return new Proxy(this, { get: (_, table) => model(table) });
  }
}

function model(table) {
  const rows = () => state.tables[table];
  const first = async (given) =>
    shown(
      rows().find((row) => fits(row, given.where)),
      given,
    );
  const gone = (where) => {
    const hits = rows().filter((row) => fits(row, where));
    state.tables[table] = rows().filter((row) => !hits.includes(row));
    return hits;
  };
  return {
    findUnique: first,
    findFirst: first,
    findMany: async (given) =>
      rows()
        .filter((row) => fits(row, given.where))
        .map((row) => shown(row, given)),
    count: async ({ where }) => rows().filter((row) => fits(row, where)).length,
    create: async ({ data }) => (rows().push(data), data),
    update: async ({ where, data }) => {
      const row = rows().find((one) => fits(one, where));
      if (!row) throw new Error("P2025");
      return Object.assign(row, data);
    },
    delete: async ({ where }) => {
      const [row] = gone(where);
      if (!row) throw new Error("P2025");
      return row;
    },
    deleteMany: async ({ where }) => ({ count: gone(where).length }),
  };
}
module.exports = { PrismaClient };
