/**
 * Kernels of one level, over the same loops, that read a common variable become one kernel with several outputs. Nothing on one
 * level can depend on anything else there, so the order of execution stays possible.
 */
import type { Variable } from '../../core/program.ts'
import type { Group } from './groups.ts'

/**
 * For each group that is absorbed, the group that absorbs it (which has its roots). `reads`: the stored variables that a group
 * reads in its own order.
 */
export function mergeSiblings(
  groups: readonly Group[],
  reads: ReadonlyMap<Group, readonly Variable[]>,
  capacity: number,
): ReadonlyMap<Group, Group> {
  const homes = new Map<string, Group>()
  const merged = new Map<Group, Group>()
  const final = (group: Group): Group => {
    let home = group
    for (let next = merged.get(home); next !== undefined; next = merged.get(home)) home = next
    return home
  }
  for (const group of groups) {
    if (group.kind !== 'loops') continue
    let home = group
    for (const { index } of reads.get(group) ?? []) {
      const key = `${group.level} ${group.space.join()} ${index}`
      const known = homes.get(key)
      const other = known === undefined ? home : final(known)
      if (other !== home && other.nodes + home.nodes <= capacity) {
        absorb(other, home)
        merged.set(home, other)
        home = other
      }
      homes.set(key, home)
    }
  }
  return new Map([...merged.keys()].map((group) => [group, final(group)]))
}

function absorb(home: Group, group: Group): void {
  home.nodes += group.nodes
  home.position = Math.min(home.position, group.position)
  home.roots.push(...group.roots)
  for (const consumer of group.consumers) home.consumers.add(consumer)
}
