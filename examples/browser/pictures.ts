/** Digits that the page draws, and the pad to draw on. */

const context = (canvas: HTMLCanvasElement): CanvasRenderingContext2D =>
  canvas.getContext('2d', { willReadFrequently: true })!

/** Draws 28 × 28 pixels. */
export function drawDigit(canvas: HTMLCanvasElement, pixels: ArrayLike<number>): void {
  canvas.width = canvas.height = 28
  const paint = context(canvas)
  const image = paint.createImageData(28, 28)
  for (let i = 0; i < 784; i++) image.data.set([255, 255, 255, 255 * pixels[i]!], 4 * i)
  paint.fillStyle = '#000'
  paint.fillRect(0, 0, 28, 28)
  const layer = document.createElement('canvas')
  layer.width = layer.height = 28
  context(layer).putImageData(image, 0, 0)
  paint.drawImage(layer, 0, 0)
}

/** A pad to draw a digit on. */
export class Pad {
  readonly #canvas: HTMLCanvasElement

  constructor(canvas: HTMLCanvasElement, changed: () => void) {
    this.#canvas = canvas
    const paint = context(canvas)
    const place = ({ offsetX, offsetY }: PointerEvent): [number, number] => [
      (offsetX * canvas.width) / canvas.clientWidth,
      (offsetY * canvas.height) / canvas.clientHeight,
    ]
    const drawTo = (event: PointerEvent): void => {
      paint.lineWidth = 18
      paint.lineCap = paint.lineJoin = 'round'
      paint.strokeStyle = '#fff'
      paint.lineTo(...place(event))
      paint.stroke()
      changed()
    }
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId)
      paint.beginPath()
      drawTo(event)
    })
    canvas.addEventListener('pointermove', (event) => {
      if (event.buttons !== 0) drawTo(event)
    })
  }

  clear(): void {
    context(this.#canvas).clearRect(0, 0, this.#canvas.width, this.#canvas.height)
  }

  /** The drawing as the network wants it: scaled to 20 × 20 and laid with its centre of mass in the middle, as MNIST is. */
  pixels(): Float32Array {
    const { width, height } = this.#canvas
    const { data } = context(this.#canvas).getImageData(0, 0, width, height)
    const ink = (x: number, y: number): number => data[4 * (y * width + x) + 3]!
    const box = { left: width, right: -1, top: height, bottom: -1 }
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        if (ink(x, y) === 0) continue
        box.left = Math.min(box.left, x)
        box.right = Math.max(box.right, x)
        box.top = Math.min(box.top, y)
        box.bottom = Math.max(box.bottom, y)
      }
    if (box.right < 0) return new Float32Array(784)
    const [w, h] = [box.right - box.left + 1, box.bottom - box.top + 1]
    const scale = 20 / Math.max(w, h)
    const small = document.createElement('canvas')
    small.width = small.height = 28
    const paint = context(small)
    const draw = (x: number, y: number): Uint8ClampedArray => {
      paint.clearRect(0, 0, 28, 28)
      paint.drawImage(this.#canvas, box.left, box.top, w, h, x, y, w * scale, h * scale)
      return paint.getImageData(0, 0, 28, 28).data
    }
    const [x, y] = [14 - (w * scale) / 2, 14 - (h * scale) / 2]
    const [massX, massY] = centreOf(draw(x, y))
    const centred = draw(x + 13.5 - massX, y + 13.5 - massY)
    return Float32Array.from({ length: 784 }, (_, i) => centred[4 * i + 3]! / 255)
  }
}

function centreOf(data: Uint8ClampedArray): [number, number] {
  let [mass, x, y] = [0, 0, 0]
  for (let i = 0; i < 784; i++) {
    const ink = data[4 * i + 3]!
    mass += ink
    x += ink * (i % 28)
    y += ink * Math.floor(i / 28)
  }
  return [x / mass, y / mass]
}
