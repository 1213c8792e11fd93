/** The chart of a training: losses on a logarithmic scale to the left, the share read rightly to the right, over steps. */

/** What is known of a training. */
export interface History {
  /** The loss of a batch, after so many steps. */
  readonly losses: readonly Point[]
  /** The share of held-out digits that were read rightly. */
  readonly accuracies: readonly Point[]
}

/** A measure after a step. */
export interface Point {
  readonly step: number
  readonly value: number
}

const MARGIN = { left: 44, right: 48, top: 12, bottom: 26 }
const HIGHEST_LOSS = 10 ** 0.5
/** Share of the losses before in a smoothed loss, at most. */
const SMOOTHING = 0.8

type Place = (point: Point) => readonly [x: number, y: number]

/** Draws the chart as large as the canvas is shown, in the pixels that the screen has. */
export function drawChart(canvas: HTMLCanvasElement, { losses, accuracies }: History): void {
  const { clientWidth: width, clientHeight: height } = canvas
  const density = globalThis.devicePixelRatio
  canvas.width = Math.round(width * density)
  canvas.height = Math.round(height * density)
  const paint = canvas.getContext('2d')!
  paint.scale(density, density)
  const style = getComputedStyle(canvas)
  const colour = (name: string): string => style.getPropertyValue(name)
  const last = Math.max(100, losses.at(-1)?.step ?? 0)
  const across = (step: number): number => MARGIN.left + (step / last) * (width - MARGIN.left - MARGIN.right)
  const up = (share: number): number => height - MARGIN.bottom - share * (height - MARGIN.top - MARGIN.bottom)
  const lowest = Math.floor(Math.log10(Math.max(1e-6, Math.min(0.1, ...losses.map(({ value }) => value)))))
  const shareOfLoss = (loss: number): number => (Math.log10(loss) - lowest) / (Math.log10(HIGHEST_LOSS) - lowest)

  paint.font = `12px ${style.fontFamily}`
  paint.textBaseline = 'middle'
  const label = (text: string, x: number, y: number, align: CanvasTextAlign): void => {
    paint.textAlign = align
    paint.fillStyle = style.color
    paint.fillText(text, x, y)
  }
  for (let decade = lowest; decade <= 0; decade++) {
    const y = up(shareOfLoss(10 ** decade))
    line(paint, colour('--line'), 1, [across(0), y], [across(last), y])
    label(String(10 ** decade), MARGIN.left - 8, y, 'right')
  }
  for (const share of [0, 0.5, 1]) label(`${100 * share} %`, width - MARGIN.right + 8, up(share), 'left')
  for (const step of ticksTo(last)) label(String(step), across(step), height - MARGIN.bottom + 14, 'center')

  const lossAt: Place = ({ step, value }) => [across(step), up(Math.max(0, Math.min(1, shareOfLoss(value))))]
  paint.globalAlpha = 0.35
  line(paint, colour('--accent'), 1, ...losses.map(lossAt))
  paint.globalAlpha = 1
  line(paint, colour('--accent'), 2, ...smoothed(losses).map(lossAt))
  line(paint, colour('--second'), 2, ...accuracies.map(({ step, value }) => [across(step), up(value)] as const))
}

function line(
  paint: CanvasRenderingContext2D,
  colour: string,
  width: number,
  ...points: readonly (readonly [x: number, y: number])[]
): void {
  paint.strokeStyle = colour
  paint.lineWidth = width
  paint.lineJoin = 'round'
  paint.beginPath()
  for (const [x, y] of points) paint.lineTo(x, y)
  paint.stroke()
}

/** Each loss drawn towards those before it. */
function smoothed(points: readonly Point[]): Point[] {
  let mean = 0
  return points.map(({ step, value }, i) => {
    const share = Math.min(SMOOTHING, i / (i + 1))
    mean = share * mean + (1 - share) * value
    return { step, value: mean }
  })
}

/** About four round numbers up to the last step. */
function ticksTo(last: number): number[] {
  const rough = last / 4
  const decade = 10 ** Math.floor(Math.log10(rough))
  const stride = [1, 2, 5, 10].map((factor) => factor * decade).find((candidate) => candidate >= rough)!
  return Array.from({ length: Math.floor(last / stride) + 1 }, (_, i) => i * stride)
}
