/** Grids of workgroups. */

/** Workgroups along one axis of a grid, at most. */
const MOST = 65_535

/** A grid of at least so many workgroups, in two axes if one is too short. */
export function foldedGrid(workgroups: number): readonly [across: number, down: number] {
  const down = Math.ceil(workgroups / MOST)
  return [down <= 1 ? workgroups : Math.ceil(workgroups / down), Math.max(down, 1)]
}
