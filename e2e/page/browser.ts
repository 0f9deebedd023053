import assert from 'node:assert/strict';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's browser, or the one that `CHROMIUM` names. */
const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
}

/** A page under test, with everything it should not have done. */
export interface OpenPage {
  readonly page: Page;
  /** Errors, refused content and requests to other hosts, as they happened. */
  readonly faults: string[];
  close(): Promise<void>;
}

export const DESKTOP: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true };

/**
 * Opens `/stats` in a fresh browser profile, in a zone and language that are not the site's unless `options` says so, and
 * waits for what `ready` selects.
 */
export async function openPage(
  browser: Browser,
  url: string,
  given: { query?: string; ready?: string; options?: BrowserContextOptions } = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'America/New_York',
    ...DESKTOP,
    ...given.options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error.stack)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(url) || request.url().startsWith('blob:');
    if (!isOwn) faults.push(`request to ${request.url()}`);
  });
  await page.goto(`${url}/stats${given.query ?? ''}`);
  await page
    .locator(given.ready ?? '.legend')
    .first()
    .waitFor();
  return { page, faults, close: () => context.close() };
}

/** Gives the administrator's password to the dialog that asks for it. */
export async function login(page: Page, password: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/password/i).fill(password);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
}

/** What the curve shows, in UTC seconds, as the minimap's grips tell. */
export async function shownRange(page: Page): Promise<{ from: number; to: number; span: number }> {
  // The grips are moved with the frame.
  await page.evaluate(
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
  );
  const [from, to] = await page
    .locator('.minimap-grip')
    .evaluateAll((grips) => grips.map((grip) => Number(grip.getAttribute('aria-valuenow'))));
  assert.ok(from !== undefined && to !== undefined);
  return { from, to, span: to - from };
}

/** Waits until the gesture is over: the address then names what is shown. */
export async function settled(page: Page, query: RegExp): Promise<void> {
  await page.waitForURL((url) => query.test(url.search));
}

/** The plot's place on the screen. */
export async function plotBox(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator('.u-over').boundingBox();
  assert.ok(box);
  return box;
}

/** The time at a part of the plot's width. */
export async function timeAtPart(page: Page, part: number): Promise<number> {
  const { from, span } = await shownRange(page);
  return from + span * part;
}

/** Waits until `check` holds, and says what it last saw when it never does. */
export async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!(await check())) {
    assert.ok(performance.now() < endMs, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** How far the page has scrolled, CSS pixels. */
export function scrollTop(page: Page): Promise<number> {
  return page.evaluate('scrollY');
}
