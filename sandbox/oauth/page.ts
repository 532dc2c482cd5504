/** The log-in and consent page of every simulated SaaS: one form, usable with a keyboard, by a person, a browser test or fetch. */
export function consentPage(page: {
  title: string;
  client: string;
  scopes: string[];
  account: string;
  action: string;
  problem: string | null;
}): string {
  const problem = page.problem === null ? '' : `<p role="alert" style="color:#a30000">${escapeHtml(page.problem)}</p>`;
  const scopes = page.scopes.map((scope) => `<li>${escapeHtml(scope)}</li>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}: log in</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 12vh auto; padding: 0 1rem; color: #1b1b1f; background: #fafafa }
label { display: block; font-weight: 600 }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; margin: .25rem 0 1rem; border: 1px solid #6b6b75; border-radius: .25rem }
button { font: inherit; padding: .5rem 1.25rem; border-radius: .25rem; border: 1px solid #1b4fd6; background: #1b4fd6; color: #fff }
button[value=deny] { background: #fff; color: #1b4fd6 }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(page.title)}</h1>
<p><strong>${escapeHtml(page.client)}</strong> asks for access to your account:</p>
<ul>${scopes}</ul>
${problem}<form method="post" action="${escapeHtml(page.action)}">
<label for="account">Account</label>
<input id="account" name="account" value="${escapeHtml(page.account)}" autocomplete="username" required>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</form>
</main>
</body>
</html>`;
}

export function problemPage(title: string, problem: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>
<body><main><h1>${escapeHtml(title)}</h1><p role="alert">${escapeHtml(problem)}</p></main></body></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
