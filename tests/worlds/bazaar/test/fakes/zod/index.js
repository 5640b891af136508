const text = () => ({
  uuid: text,
  min: text,
  parse: (value) => value,
  safeParse: (value) => ({ success: typeof value === "string", data: value }),
});
const z = { string: text, number: text, object: () => text() };
module.exports = { z };
