const SVG = 'http://www.w3.org/2000/svg';
const $ = (id) => document.getElementById(id);

let token = '';

/** Another link in the same tab only changes what is behind the #. */
addEventListener('hashchange', begin);
/** A page that comes back from the browser's memory would bring the seed back with it. */
addEventListener('pagehide', forget);

$('paste-form').addEventListener('submit', paste);
$('reveal').addEventListener('click', reveal);
$('form').addEventListener('submit', confirm);
$('copy').addEventListener('click', copy);
$('done').addEventListener('click', leave);
begin();

async function begin() {
  forget();
  token = location.hash.slice(1);
  if (token === '') return show('paste', 'Your authenticator app');
  // Out of the address bar, the history and every screenshot.
  history.replaceState(null, '', location.pathname);
  await peek();
}

/** Slack shows where this page is, and never the link: that comes from somebody who knows who you are. */
async function paste(event) {
  event.preventDefault();
  token = $('link').value.trim().replace(/^.*#/, '');
  forget();
  await peek();
}

async function peek() {
  const { ok, body } = await post('peek', { token });
  if (!ok) return end(body.type === 'urn:rekey:invite_over' ? 'This link is over' : 'This did not work', body.title);
  if (body.used) return usedBefore();
  $('person').textContent = body.person;
  $('invited-by').textContent = body.invited_by;
  $('until').textContent = new Date(body.expires_at).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  show('offer', 'Set up your authenticator app');
}

async function reveal() {
  $('reveal').disabled = true;
  const { ok, body } = await post('reveal', { token });
  $('reveal').disabled = false;
  if (!ok) return body.type === 'urn:rekey:invite_used' ? usedBefore() : end('This did not work', body.title);
  draw(body.qr);
  $('value').textContent = body.seed;
  $('open').href = body.uri;
  show('seed', `For ${body.person}`);
}

async function confirm(event) {
  event.preventDefault();
  $('confirm').disabled = true;
  const { ok, body } = await post('confirm', { token, code: $('code').value });
  $('confirm').disabled = false;
  if (!ok) {
    $('status').textContent = body.title;
    $('code').select();
    return;
  }
  forget();
  $('codes').textContent = body.recovery_codes.join('\n');
  show('recovery', 'The app works');
}

/** Built of elements: the page's policy lets no markup in. */
function draw(rows) {
  const size = rows.length;
  $('qr').setAttribute('viewBox', `0 0 ${size} ${size}`);
  const path = document.createElementNS(SVG, 'path');
  const dots = rows.flatMap((row, y) => [...row].flatMap((dark, x) => (dark === '1' ? [`M${x} ${y}h1v1h-1z`] : [])));
  path.setAttribute('d', dots.join(''));
  path.setAttribute('fill', 'currentColor');
  $('qr').replaceChildren(path);
}

async function copy() {
  try {
    await navigator.clipboard.writeText($('codes').textContent);
    $('status').textContent = 'Copied. Empty your clipboard when they are where they belong.';
  } catch {
    getSelection()?.selectAllChildren($('codes'));
    $('status').textContent =
      'This browser does not let a page copy here. They are selected: copy them with the keyboard.';
  }
}

function usedBefore() {
  end(
    'Somebody was here before',
    'This link was used already, and what it shows is shown once. If that was not you, tell the security team now: somebody else has a code under your name. Ask for another link.',
  );
}

function leave() {
  forget();
  end('Done', 'From now on Rekey asks for a code of your app where two people have to agree.');
}

function forget() {
  $('qr').replaceChildren();
  $('open').href = location.pathname;
  for (const id of ['code', 'link']) $(id).value = '';
  for (const id of ['value', 'codes']) $(id).textContent = '';
}

function end(title, why) {
  $('why').textContent = why;
  show('end', title);
}

function show(section, title) {
  for (const id of ['paste', 'offer', 'seed', 'recovery', 'end']) $(id).hidden = id !== section;
  $('status').textContent = '';
  $('title').textContent = title;
  $('title').focus();
}

async function post(what, sent) {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify(sent), cache: 'no-store' };
  try {
    const answer = await fetch(`second-factor/${what}`, request);
    return { ok: answer.ok, body: await answer.json() };
  } catch {
    return {
      ok: false,
      body: { type: '', title: 'Rekey did not answer. Check your connection and open the link again.' },
    };
  }
}
