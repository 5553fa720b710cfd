import { bootstrap, listen } from './api.js';
import { mountComplaints } from './chat/complain.js';
import { mountPage } from './chat/mount-page.js';
import { createPage } from './chat/page.js';
import { el, replace } from './dom.js';
import { createStore } from './store.js';

// Events may arrive before the bootstrap answer they belong to; they wait here. null means that nothing has to wait.
let waiting = [];
let store = null;
let mounted = null;
let online = false;

listen({
  // Once the page is shown, a failed answer costs no more than waiting for the next connection.
  opened: () => load().catch((error) => (store === null ? fail(error) : tell(false))),
  change: (event) => (waiting === null ? store.apply(event) : waiting.push(event)),
  lost: () => tell(false),
  ended: () => (store === null ? load().catch(fail) : fail(new Error(RESTARTED))),
});

const RESTARTED = 'The workspace was stopped or started anew. Open the address that the running workspace printed.';

async function load() {
  waiting ??= [];
  const fresh = await bootstrap();
  if (store === null) begin(fresh);
  else store.load(fresh);
  const missed = waiting;
  waiting = null;
  missed.forEach(store.apply);
  tell(true);
}

function begin(fresh) {
  store = createStore(fresh);
  const complain = mountComplaints(document.getElementById('complaints'));
  let planned = false;
  // Many changes in one moment are one drawing. A timer and not an animation frame: a page in the background still counts unread marks.
  const changed = () => {
    if (planned) return;
    planned = true;
    setTimeout(() => {
      planned = false;
      mounted.draw({ online });
    });
  };
  const page = createPage(store, { changed, complain });
  mounted = mountPage(page, changed);
  store.subscribe(changed);
  document.addEventListener('visibilitychange', changed);
}

function tell(yes) {
  online = yes;
  mounted?.draw({ online });
}

function fail(error) {
  const again = el('button', { class: 'button', type: 'button', on: { click: () => location.reload() } }, 'Try again');
  const words = el('main', { class: 'fatal' }, el('h1', {}, 'Local workspace'), el('p', {}, error.message), again);
  replace(document.body, words);
}
