import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/**
 * A real browser from npm; the first start unpacks it into the temporary folder. Not with the package's own arguments: they
 * switch off web security, which is what these tests are about, and run all pages in one process.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  return playwright.launch({ executablePath, headless: true, args: ['--no-sandbox', '--no-zygote', '--disable-gpu'] });
}
