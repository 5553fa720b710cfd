import { startCountdown } from './countdown.js';

const SHOWN_FOR_S = 60;
const MASK = '•'.repeat(24);
const $ = (id) => document.getElementById(id);

let token = '';
let secret = '';
let stopCountdown = () => {};

/** Another link in the same tab only changes what is behind the #. */
addEventListener('hashchange', begin);
/** A page that comes back from the browser's memory would bring the secret back with it. */
addEventListener('pagehide', forget);

$('reveal').addEventListener('click', reveal);
$('alarm').addEventListener('click', raiseAlarm);
$('done').addEventListener('click', leave);
$('copy').addEventListener('click', copy);
$('show').addEventListener('click', () => unmask($('show').textContent === 'Show'));
begin();

async function begin() {
  forget();
  token = location.hash.slice(1);
  if (token === '') return end('Nothing to show', 'Open the whole link, with everything behind the #.');
  // Out of the address bar, the history and every screenshot.
  history.replaceState(null, '', location.pathname);
  const { ok, body } = await post('peek');
  if (!ok) return end(body.type === 'urn:rekey:claim_over' ? 'This offer is over' : 'This did not work', body.title);
  if (body.taken !== null) return alreadyTaken(body);
  $('key').textContent = body.key;
  $('used-by').textContent = `${body.service}, ${body.environment}`;
  $('recipient').textContent = body.recipient;
  $('offered-by').textContent = body.offered_by;
  $('until').textContent = clock(body.expires_at);
  show('offer', 'A secret is waiting for you');
}

async function reveal() {
  $('reveal').disabled = true;
  const { ok, body } = await post('reveal');
  $('reveal').disabled = false;
  if (!ok)
    return end(body.type === 'urn:rekey:claim_taken' ? 'Somebody was here before' : 'This did not work', body.title);
  token = '';
  secret = body.secret;
  unmask(false);
  show('secret', body.key);
  stopCountdown = startCountdown(SHOWN_FOR_S, {
    onTick: (left) => {
      $('left').textContent = String(left);
    },
    onEnd: leave,
  });
}

function alreadyTaken({ key, taken }) {
  const who = taken.how === 'page' ? 'Somebody with a link' : taken.by;
  end(
    'This secret was already taken',
    `${who} took the secret of ${key} at ${clock(taken.at)}. It is handed out once. If that was not you, say so: the team is alarmed and the key has to be replaced.`,
  );
  $('alarm').hidden = false;
}

async function raiseAlarm() {
  $('alarm').hidden = true;
  const { body } = await post('reveal');
  const isRaised = body.type === 'urn:rekey:claim_taken';
  end(isRaised ? 'The team was alarmed' : 'This did not work', body.title);
}

function unmask(isShown) {
  $('show').textContent = isShown ? 'Hide' : 'Show';
  $('value').textContent = isShown ? secret : MASK;
  // Twenty-four bullets are nothing to read out.
  $('value').ariaHidden = String(!isShown);
}

async function copy() {
  try {
    await navigator.clipboard.writeText(secret);
    $('status').textContent = 'Copied. Empty your clipboard when it is where it belongs.';
  } catch {
    unmask(true);
    getSelection()?.selectAllChildren($('value'));
    $('status').textContent = 'This browser does not let a page copy here. It is selected: copy it with the keyboard.';
  }
}

function leave() {
  forget();
  end(
    'It is gone from this page',
    'Nobody can show it again. If it did not arrive where it belongs, have the key rotated.',
  );
}

function forget() {
  stopCountdown();
  secret = '';
  $('value').textContent = '';
}

function end(title, why) {
  $('why').textContent = why;
  $('alarm').hidden = true;
  show('end', title);
}

function show(section, title) {
  for (const id of ['offer', 'secret', 'end']) $(id).hidden = id !== section;
  $('status').textContent = '';
  $('title').textContent = title;
  $('title').focus();
}

async function post(what) {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify({ token }), cache: 'no-store' };
  try {
    const answer = await fetch(`claim/${what}`, request);
    return { ok: answer.ok, body: await answer.json() };
  } catch {
    return {
      ok: false,
      body: { type: '', title: 'Rekey did not answer. Check your connection and open the link again.' },
    };
  }
}

function clock(instant) {
  return new Date(instant).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
