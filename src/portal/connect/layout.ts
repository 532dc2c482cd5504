import { randomBytes } from 'node:crypto';
import { html, raw } from 'hono/html';

export type Html = ReturnType<typeof html>;

export interface PageOptions {
  title: string;
  body: Html;
  /** A script of ours, shown whole; runs under the page's nonce. */
  script?: string;
  /** Where a form of the page may lead: the provider's authorize page, after redirects. */
  formTargets?: readonly string[];
}

/** One page of the connect flow. Works without script; loads nothing; stands in no frame; tells nobody where it was. */
export async function respondPage(status: number, { title, body, script, formTargets = [] }: PageOptions): Promise<Response> {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    ...(script === undefined ? [] : [`script-src 'nonce-${nonce}'`]),
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style nonce="${nonce}">${raw(styles)}</style>
</head>
<body>
<main>${body}</main>
${script === undefined ? '' : html`<script nonce="${nonce}">${raw(script)}</script>`}
</body>
</html>`;
  return new Response(String(await page), {
    status,
    headers: {
      ...connectHeaders,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
    },
  });
}

/** `unsafe-none`: the popup must keep its opener, to which it reports. */
export const connectHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'unsafe-none',
} as const;

const styles = `
:root { color-scheme: light; --ink: #1a1d21; --quiet: #545b64; --line: #c9ced6; --accent: #1b4fd1; --bad: #a4161a; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f5f7; color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 28rem; margin: 8vh auto; padding: 2rem; background: #fff; border: 1px solid var(--line); border-radius: 12px; }
h1 { margin: 0 0 1rem; font-size: 1.35rem; line-height: 1.3; }
p, ul { margin: 0 0 1rem; }
ul { padding-left: 1.25rem; }
label { display: block; margin: 0 0 .25rem; font-weight: 600; }
input { width: 100%; padding: .6rem .7rem; border: 1px solid #747c87; border-radius: 8px; font: inherit; color: inherit; background: #fff; }
.field { margin: 0 0 1rem; }
.help, .quiet { color: var(--quiet); font-size: .9rem; }
.help { margin: .25rem 0 0; }
form + .quiet { margin-top: .75rem; }
.error { padding: .75rem 1rem; border: 1px solid var(--bad); border-radius: 8px; color: var(--bad); background: #fdf3f3; }
button, .button { display: block; width: 100%; padding: .75rem 1rem; border: 0; border-radius: 8px; background: var(--accent); color: #fff; font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (max-width: 32rem) { main { margin: 0; min-height: 100vh; border: 0; border-radius: 0; } }
`;
