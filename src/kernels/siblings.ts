/**
 * Kernels of one level, over the same loops, that read a common variable become one kernel with several outputs. Nothing on one
 * level can depend on anything else there, so the order of execution stays possible.
 */
import type { Variable } from '../core/program.ts'
import type { Group } from './groups.ts'

/** For each group that is absorbed, the group that absorbs it (which has its roots). `reads`: stored variables that a group reads. */
export function mergeSiblings(
  groups: readonly Group[],
  reads: ReadonlyMap<Group, readonly Variable[]>,
  capacity: number,
): Map<Group, Group> {
  const homes = new Map<string, Group>()
  const merged = new Map<Group, Group>()
  for (const group of groups) {
    if (group.kind !== 'loops') continue
    const keys = (reads.get(group) ?? []).map(({ index }) => `${group.level} ${group.space.join()} ${index}`)
    const home = keys.map((key) => homes.get(key)).find((other) => other && other.nodes + group.nodes <= capacity)
    if (home !== undefined) {
      absorb(home, group)
      merged.set(group, home)
    }
    for (const key of keys) homes.set(key, home ?? group)
  }
  return merged
}

function absorb(home: Group, group: Group): void {
  home.nodes += group.nodes
  home.position = Math.min(home.position, group.position)
  home.roots.push(...group.roots)
  for (const consumer of group.consumers) home.consumers.add(consumer)
}
