/**
 * Gates: the GPU itself decides how many workgroups of a guarded dispatch run. A shader that finds its flag at 0 returns, but thousands of
 * workgroups that only return cost time too; so behind each flag a small shader writes the grids of the large dispatches that it guards,
 * and 0 of them where the flag is 0. One block of grids for each depth of nesting serves all, since work is done in order.
 */
import { foldedGrid } from '../shader/grid.ts'
import type { Shader } from '../shader/shader-source.ts'
import { arena, gates, type Region } from './resource.ts'
import type { Dispatch, Item } from './schedule.ts'

/** From so many workgroups on. */
const LARGE = 64
/** Different grids behind one flag; levels of flags behind flags. */
const GRIDS = 8
const LEVELS = 16
const GRID_BYTES = 16

/** Bytes of all grids of a device. */
export const GATE_BYTES = LEVELS * GRIDS * GRID_BYTES

/** Writes `count` grids from number `first` on: [flag, first, count, 0, x, y, x, y, …]. */
const gateShader: Shader = {
  name: 'gate',
  workgroups: 1,
  code: `// gate
@group(0) @binding(0) var<uniform> bases: array<vec4<i32>, ${1 + GRIDS / 2}>;
@group(0) @binding(1) var<storage, read> arena: array<u32>;
@group(0) @binding(2) var<storage, read_write> gates: array<vec4<u32>>;
@compute @workgroup_size(${GRIDS})
fn main(@builtin(local_invocation_index) thread: u32) {
  let number = i32(thread);
  if (number >= bases[0][2]) { return; }
  let pair = bases[1 + number / 2];
  let grid = select(pair.xy, pair.zw, number % 2 == 1);
  let across = select(u32(grid.x), 0u, arena[bases[0][0]] == 0u);
  gates[bases[0][1] + number] = vec4<u32>(across, u32(grid.y), 1u, 0u);
}
`,
}

/** The items behind a flag, with a gate in front of them if there are large ones. */
export function gated(items: readonly Item[], flag: Region, level: number): readonly Item[] {
  if (level >= LEVELS) return items
  const grids = new Map<number, number>()
  for (const item of items)
    if (isLarge(item, flag) && !grids.has(item.shader.workgroups) && grids.size < GRIDS)
      grids.set(item.shader.workgroups, grids.size)
  if (grids.size === 0) return items
  const first = level * GRIDS
  const behind = items.map((item): Item => {
    const number = isLarge(item, flag) ? grids.get(item.shader.workgroups) : undefined
    return number === undefined ? item : { ...(item as Dispatch), gate: (first + number) * GRID_BYTES } // it is large
  })
  return [gateOf(flag, first, [...grids.keys()]), ...behind]
}

const isLarge = (item: Item, flag: Region): item is Dispatch =>
  item.kind === 'dispatch' && item.flag === flag && item.shader.workgroups >= LARGE

const gateOf = (flag: Region, first: number, sizes: readonly number[]): Dispatch => ({
  kind: 'dispatch',
  shader: gateShader,
  resources: [arena, gates],
  access: 'rw',
  bases: [flag.start, first, sizes.length, 0, ...sizes.flatMap((workgroups) => foldedGrid(workgroups))],
  flag: null,
  gate: null,
})
