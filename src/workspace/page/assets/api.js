/** This run's token stands in the page's address; the server answers nothing without it. */
const token = new URLSearchParams(location.search).get('token') ?? '';

const UNREACHABLE = {
  ok: false,
  error: 'unreachable',
  shown: 'The local workspace does not answer. Is it still running? What you typed is kept; try again.',
};

/** Everything the page needs to begin with. Throws a sentence for the person when there is none. */
export async function bootstrap() {
  const answer = await fetch('/page/bootstrap', { headers: { 'x-page-token': token } });
  if (answer.status === 403) {
    throw new Error('This address belongs to an earlier run. Open the address that the running workspace printed.');
  }
  if (!answer.ok) throw new Error(`The local workspace answered ${answer.status}.`);
  return answer.json();
}

/** Does something as a person. Never throws: a failure is an outcome with a sentence to show. */
export async function act(action, body) {
  try {
    const answer = await fetch(`/page/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-page-token': token },
      body: JSON.stringify(body),
    });
    return await answer.json();
  } catch {
    return UNREACHABLE;
  }
}

/** Where the browser finds an uploaded file; a picture cannot carry a header. */
export function fileAddress(id) {
  return `/page/files/${encodeURIComponent(id)}?token=${encodeURIComponent(token)}`;
}

/**
 * Changes, as they happen. The browser connects again by itself; `opened` is called each time, because something may have been missed.
 * After a restart of the workspace this page's token is worth nothing any more, and the browser gives up: `ended`.
 * @param {{ opened: () => void, change: (event: object) => void, lost: () => void, ended: () => void }} listeners
 */
export function listen({ opened, change, lost, ended }) {
  const source = new EventSource(`/page/events?token=${encodeURIComponent(token)}`);
  source.onopen = opened;
  source.onmessage = (event) => change(JSON.parse(event.data));
  source.onerror = () => (source.readyState === EventSource.CLOSED ? ended() : lost());
}
