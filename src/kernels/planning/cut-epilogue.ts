/** The epilogue of a part of a product or of a convolution. */
import type { Epilogue, Loop } from '../language/kernel.ts'
import { replaceLoops } from '../language/rewrite-loops.ts'
import type { Range } from './ranges.ts'

/** The epilogue of the part of a step in which one of its loops has the range. */
export function cutEpilogue(epilogue: Epilogue, position: number, { start, extent }: Range): Epilogue {
  const old = epilogue.loops[position]!
  const loop: Loop = { ...old, extent }
  const body = replaceLoops(epilogue.body, new Map([[old, loop]]), new Map([[old, start]]))
  return {
    ...epilogue,
    loops: epilogue.loops.map((each) => (each === old ? loop : each)),
    body: body as Epilogue['body'], // stores stay stores
  }
}
