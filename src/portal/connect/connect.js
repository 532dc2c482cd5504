/*
 * Opens Syncline's connect page from the vendor's own page:
 *   const { status, connectionId } = await Syncline.connect({ url, mode: 'popup' });
 * `url` comes from the vendor's backend (a connect session with `origin` set to this page's origin). Call it from a click,
 * or the browser blocks the popup. status: connected | closed | blocked. `closed` can also mean that the provider's page cut
 * the popup off from this one: the connect session, read by the backend, has the last word.
 * mode 'redirect' leaves this page and comes back to the session's return URL with ?status=…&connection_id=….
 */
(() => {
  const home = new URL(document.currentScript.src).origin;
  const closedPollMs = 300;
  // A message that was sent just before closing may still be on its way.
  const closedGraceMs = 500;

  function connect({ url, mode = 'popup' }) {
    const target = new URL(url);
    if (target.origin !== home) throw new TypeError(`Syncline.connect: the url must begin with ${home}`);
    if (mode === 'redirect') {
      window.location.assign(target.href);
      return new Promise(() => {});
    }
    if (mode !== 'popup') throw new TypeError("Syncline.connect: mode is 'popup' or 'redirect'");
    target.searchParams.set('mode', 'popup');
    const popup = window.open(target.href, 'syncline-connect', 'popup,width=520,height=720');
    return popup ? waitFor(popup) : Promise.resolve({ status: 'blocked', connectionId: null });
  }

  function waitFor(popup) {
    return new Promise((resolve) => {
      const settle = (result) => {
        window.removeEventListener('message', hear);
        clearInterval(poll);
        resolve(result);
      };
      const hear = (event) => {
        if (event.origin !== home || event.source !== popup || event.data?.type !== 'syncline:connect') return;
        settle({ status: event.data.status, connectionId: event.data.connectionId });
      };
      const poll = setInterval(() => {
        if (!popup.closed) return;
        clearInterval(poll);
        setTimeout(() => settle({ status: 'closed', connectionId: null }), closedGraceMs);
      }, closedPollMs);
      window.addEventListener('message', hear);
    });
  }

  window.Syncline = Object.freeze({ ...window.Syncline, connect });
})();
