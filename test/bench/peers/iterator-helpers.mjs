/** jax-js uses iterator helpers, which Node has from version 22 on. */
const prototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))

/** What each helper does to all entries at once; jax-js uses them on finite iterators only. */
const helpers = {
  map: (entries, f) => entries.map((x, i) => f(x, i))[Symbol.iterator](),
  filter: (entries, f) => entries.filter((x, i) => f(x, i))[Symbol.iterator](),
  toArray: (entries) => entries,
  forEach: (entries, f) => entries.forEach((x, i) => void f(x, i)),
  some: (entries, f) => entries.some((x, i) => f(x, i)),
  every: (entries, f) => entries.every((x, i) => f(x, i)),
  find: (entries, f) => entries.find((x, i) => f(x, i)),
  reduce: (entries, f, ...start) => entries.reduce((sum, x, i) => f(sum, x, i), ...start),
}

for (const [name, helper] of Object.entries(helpers)) {
  if (name in prototype) continue
  Object.defineProperty(prototype, name, {
    value(...rest) {
      return helper([...this], ...rest)
    },
    writable: true,
    configurable: true,
  })
}
