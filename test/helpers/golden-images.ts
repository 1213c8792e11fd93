/** Convolutions and pooling of the golden files, which have channels first, said with the public door, which has them last; attention. */
import * as c from 'conformable'
import type { Loose, Said } from './derivatives.ts'

type Table = Readonly<Record<string, Said>>

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

/** [n, channels, …] → [n, …, channels]. */
const last = (x: Loose): Loose => c.permute(x, [0, ...range(2, x.shape.length), 1])

/** [n, …, channels] → [n, channels, …]. */
const first = (x: Loose): Loose => c.permute(x, [0, x.shape.length - 1, ...range(1, x.shape.length - 1)])

/** [out, in, …] → […, in, out]; for transposed convolutions [in, out, …] → […, out, in]. */
const kernel = (w: Loose): Loose => c.permute(w, [...range(2, w.shape.length), 1, 0])

type Operation = (x: Loose, kernel: Loose, options: any) => Loose

const convolved =
  (f: Operation): Said =>
  ([x, w, bias], { stride, padding, dilation, groups, output_padding }) => {
    const more = output_padding === undefined ? {} : { outputPadding: output_padding }
    const y = f(last(x!), kernel(w!), { stride, padding, dilation, groups, ...more })
    return first(bias === undefined ? y : c.add(y, bias))
  }

export const convolutions: Table = {
  conv1d: convolved(c.conv1d),
  conv2d: convolved(c.conv2d),
  conv3d: convolved(c.conv3d),
  conv_transpose1d: convolved(c.convTranspose1d),
  conv_transpose2d: convolved(c.convTranspose2d),
}

type Pooling = (x: Loose, size: any, options: any) => Loose

const pooled =
  (f: Pooling, more: object = {}): Said =>
  ([x], { kernel: size, stride, padding }) =>
    first(f(last(x!), size, { stride, padding, ...more }))

export const pools: Table = {
  max_pool1d: pooled(c.maxPool1d),
  max_pool2d: pooled(c.maxPool2d),
  max_pool3d: pooled(c.maxPool3d),
  avg_pool1d: pooled(c.avgPool1d, { countPadding: true }),
  avg_pool2d: pooled(c.avgPool2d, { countPadding: true }),
  avg_pool3d: pooled(c.avgPool3d, { countPadding: true }),
  avg_pool_valid1d: pooled(c.avgPool1d),
  avg_pool_valid2d: pooled(c.avgPool2d),
  avg_pool_valid3d: pooled(c.avgPool3d),
  global_avg_pool: ([x]) => c.globalAveragePool(last(x!)),
}

export const attentions: Table = {
  attention: ([q, k, v, extra], { causal = false, scale, mask, bias }) => {
    const factor = scale === undefined ? {} : { scale }
    const masked = mask === undefined ? {} : { mask: extra }
    const biased = bias === undefined ? {} : { bias: extra }
    return c.attention(q!, k!, v!, { causal, ...factor, ...masked, ...biased })
  },
  attention_gqa: ([q, k, v]) => c.attention(q!, k!, v!),
}
