/** The page of examples/browser in Chromium: it trains on both devices, shows its code, reads a drawn digit, and says no error. */
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { build, type PreviewServer, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumLaunch } from '../helpers/chromium.ts'

const root = fileURLToPath(new URL('../../examples/browser', import.meta.url))
const configFile = `${root}/vite.config.ts`

let server: PreviewServer
let browser: Browser
let page: Page
const errors: string[] = []

beforeAll(async () => {
  await build({ root, configFile, logLevel: 'error' })
  server = await preview({ root, configFile, preview: { host: '127.0.0.1', port: 0 } })
  browser = await chromium.launch(chromiumLaunch)
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(server.resolvedUrls!.local[0]!)
  await page.waitForFunction(() => document.querySelector('#status')!.textContent === 'Ready.', null, {
    timeout: 60_000,
  })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const steps = () => page.locator('#step').textContent().then(Number)
const accuracy = async () => Number.parseFloat((await page.locator('#accuracy').textContent())!)

async function trainUntil(least: number): Promise<void> {
  await page.click('#train')
  await page.waitForFunction((n) => Number(document.querySelector('#step')!.textContent) >= n, least, {
    timeout: 110_000,
  })
  await page.click('#train')
  await page.waitForFunction(() => document.querySelector('#train')!.textContent === 'Train')
}

describe('the page', () => {
  it('learns on the CPU', async () => {
    await trainUntil(300)
    expect(await accuracy()).toBeGreaterThan(85)
    // The chart fills its place, and nothing is wider than a narrow screen.
    const overflow = (width: number) =>
      page
        .setViewportSize({ width, height: 900 })
        .then(() => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth))
    expect([await overflow(360), await overflow(1280)]).toEqual([0, 0])
    await page.waitForFunction(() => {
      const chart = document.querySelector<HTMLCanvasElement>('#chart')!
      return Math.abs(chart.width - chart.clientWidth) <= 1
    })
  })

  it('goes on with the same network on WebGPU', async () => {
    const before = await steps()
    await page.selectOption('#device', 'webgpu')
    await page.waitForFunction(() => document.querySelector('#status')!.textContent === 'The network is on webgpu.')
    await trainUntil(before + 10)
    await page.click('#code summary')
    await page.waitForFunction(() => document.querySelector('#code pre')!.textContent!.includes('@compute'))
  }, 120_000)

  it('reads a drawn one', async () => {
    await page.selectOption('#device', 'cpu')
    await page.waitForFunction(() => document.querySelector('#status')!.textContent === 'The network is on cpu.')
    const box = (await page.locator('#pad').boundingBox())!
    await page.mouse.move(box.x + 112, box.y + 30)
    await page.mouse.down()
    await page.mouse.move(box.x + 108, box.y + 110, { steps: 8 })
    await page.mouse.move(box.x + 104, box.y + 190, { steps: 8 })
    await page.mouse.up()
    await page.waitForSelector('#guesses .best')
    const guesses = await page.locator('#guesses li').allTextContents()
    expect(guesses.indexOf((await page.locator('#guesses .best').textContent())!)).toBe(1)
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true })
  })

  it('says no error under a policy that forbids code from strings', async () => {
    expect(errors).toEqual([])
    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain("'unsafe-")
  })
})
