/** The order in which groups run. */
import type { Group } from './groups.ts'

/** The groups so that producers come before consumers, otherwise in the order of the program. */
export function ordered(groups: readonly Group[]): Group[] {
  const producers = new Map(groups.map((group): [Group, Group[]] => [group, []]))
  for (const group of groups) for (const consumer of group.consumers) producers.get(consumer)?.push(group)
  const done = new Set<Group>()
  const order: Group[] = []
  const byPosition = groups.toSorted((a, b) => a.position - b.position)
  for (const start of byPosition) {
    const stack = [start]
    while (stack.length > 0) {
      const group = stack[stack.length - 1]
      const waiting = done.has(group) ? [] : producers.get(group)!.filter((producer) => !done.has(producer))
      if (waiting.length > 0) {
        stack.push(...waiting.sort((a, b) => b.position - a.position))
        continue
      }
      stack.pop()
      if (done.has(group)) continue
      done.add(group)
      order.push(group)
    }
  }
  return order
}
