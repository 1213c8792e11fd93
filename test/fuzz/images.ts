/** Windows in random programs: convolutions of every geometry, pooling, resizing. */
import type { Value } from '../../src/core/value.ts'
import type { Draw } from './draw.ts'
import { fitted, type Operation, open } from './operations.ts'

/** Sizes of images and windows, and options for which at least one window fits. */
function geometry(draw: Draw) {
  const rank = draw.between(1, 2)
  const axes = Array.from({ length: rank }, () => {
    const window = draw.between(1, 3)
    const dilation = draw.between(1, 2)
    const stride = draw.between(1, 3)
    const before = draw.between(0, 2)
    const after = draw.between(0, 2)
    const size = Math.max(1, (window - 1) * dilation + 1 - before - after + draw.below(3))
    return { size, window, dilation, stride, padding: [before, after] }
  })
  return { rank, sizes: axes.map(({ size }) => size), windows: axes.map(({ window }) => window), axes }
}

const listed = (axes: readonly Record<string, unknown>[], name: string): unknown[] => axes.map((axis) => axis[name])

const convolved: Operation = (draw) => {
  const { rank, sizes, windows, axes } = geometry(draw)
  const groups = draw.between(1, 2)
  const [batch, inputs, outputs] = [draw.between(1, 2), draw.between(1, 2), draw.between(1, 2)]
  const x = fitted(draw.float(), [batch, ...sizes, groups * inputs])
  const kernel = fitted(draw.float(), [...windows, inputs, groups * outputs])
  const options = {
    stride: listed(axes, 'stride'),
    dilation: listed(axes, 'dilation'),
    padding: listed(axes, 'padding'),
    groups,
  }
  return open[`conv${rank}d`](x, kernel, options)
}

const transposed: Operation = (draw) => {
  const { rank, sizes, windows, axes } = geometry(draw)
  const groups = draw.between(1, 2)
  const x = fitted(draw.float(), [1, ...sizes, groups])
  const kernel = fitted(draw.float(), [...windows, draw.between(1, 2), groups])
  const options = { stride: listed(axes, 'stride'), dilation: listed(axes, 'dilation'), groups }
  return open[`convTranspose${rank}d`](x, kernel, options)
}

const pooled =
  (kind: 'avg' | 'max'): Operation =>
  (draw) => {
    const rank = draw.between(1, 2)
    const windows = Array.from({ length: rank }, () => draw.between(1, 3))
    const sizes = windows.map((window) => window + draw.below(3))
    const stride = windows.map(() => draw.between(1, 3))
    const padding = windows.map((window) => draw.below(window))
    const x = fitted(draw.float(), [1, ...sizes, draw.between(1, 2)])
    return open[`${kind}Pool${rank}d`](x, windows, { stride, padding })
  }

const resized: Operation = (draw) => {
  const x: Value = fitted(draw.float(), [1, draw.between(1, 3), draw.between(1, 3), 2])
  return open.resize(x, [draw.between(1, 4), draw.between(1, 4)], { method: draw.one(['nearest', 'bilinear']) })
}

/** Smooth operations. */
export const smoothImages: Readonly<Record<string, Operation>> = {
  convolution: convolved,
  'transposed convolution': transposed,
  'average of windows': pooled('avg'),
  resize: resized,
}

/** The largest of each window has kinks. */
export const roughImages: Readonly<Record<string, Operation>> = { 'largest of windows': pooled('max') }
