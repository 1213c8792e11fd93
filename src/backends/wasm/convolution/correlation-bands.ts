/**
 * Bands: the parts of a correlation that are worked on at once, and how the source lies while they are.
 *
 * A band is a number of whole images, or a number of rows (indices of the first axis) of one image. Where taps reach beyond the
 * source, the band's part of it is copied into a frame of zeros; else it is read where it lies. The sizes keep a band in the
 * second cache.
 */
import { bytesOf } from '../../../core/dtype.ts'
import type { Correlation, CorrelationAxis } from './correlation.ts'

/** Some images and, of the first axis, some rows. */
export interface Band {
  readonly images: number
  readonly rows: number
}

/** The bands of a correlation, and the layout of the source inside one; strides in elements. */
export interface Bands {
  /** The largest band; the last ones may be smaller. */
  readonly band: Band
  /** Is the source copied into a frame? */
  readonly framed: boolean
  readonly imageStride: number
  /** From one source index to the next, of each axis. */
  readonly axisStrides: readonly number[]
  /** Source indices that a band reaches, of each axis. */
  readonly extents: readonly number[]
  /** Bytes of the frame, 0 if there is none. */
  readonly frameBytes: number
}

/** Bytes of the source and the target that a band should not exceed. */
const BAND_BYTES = 1 << 17

/** Chooses bands; all but the last consist of whole multiples of `unit`. */
export function bandsOf(correlation: Correlation, unit: Band = { images: 1, rows: 1 }): Bands {
  const { axes, batch, sourceChannels, targetChannels, dtype } = correlation
  const counts = axes.map(({ count }) => count)
  const whole = axes.map((axis) => reach(axis, axis.count))
  const [sourceBytes, targetBytes] = [sourceChannels, targetChannels].map((channels) => channels * bytesOf(dtype))
  const imageBytes = product(whole) * sourceBytes + product(counts) * targetBytes
  const imagesThatFit = Math.floor(BAND_BYTES / imageBytes)
  const images = Math.min(batch, unit.images > 1 ? multipleOf(unit.images, imagesThatFit) : imagesThatFit)
  const rowBytes = product(whole.slice(1)) * sourceBytes
  const eachRow = axes[0].stride * rowBytes + product(counts.slice(1)) * targetBytes
  const rowsThatFit = Math.floor((BAND_BYTES - reach(axes[0], 1) * rowBytes) / eachRow) + 1
  const rows = images > 0 ? counts[0] : Math.min(counts[0], multipleOf(unit.rows, rowsThatFit))
  const band = { images: Math.max(1, images), rows }
  const framed = axes.some((axis, i) => axis.first < 0 || axis.first + whole[i] > axis.source)
  const extents = [reach(axes[0], rows), ...whole.slice(1)]
  const lying = framed ? extents : axes.map(({ source }) => source)
  const axisStrides = lying.map((_, i) => product(lying.slice(i + 1)) * sourceChannels)
  const imageStride = product(lying) * sourceChannels
  return {
    ...{ band, framed, imageStride, axisStrides, extents },
    frameBytes: framed ? band.images * imageStride * bytesOf(dtype) : 0,
  }
}

/** The greatest multiple of `unit` that is not greater than the limit, or `unit` itself. */
const multipleOf = (unit: number, limit: number): number => Math.max(unit, limit - (limit % unit))

/** Source indices from the first to the last that some positions need. */
const reach = ({ stride, taps, spacing }: CorrelationAxis, positions: number): number =>
  (positions - 1) * stride + (taps - 1) * spacing + 1

const product = (factors: readonly number[]): number => factors.reduce((all, factor) => all * factor, 1)
