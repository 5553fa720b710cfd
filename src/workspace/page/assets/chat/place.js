/**
 * Where this window is: who acts in it, which channel or Home is open, and which thread. It lives in the address, so that a reload
 * and the back button keep it, and two windows can show two people side by side: `#U0ALICE/C0OPS/1700000000.000100`.
 */
export function createPlace(store, changed) {
  addEventListener('hashchange', changed);
  return { read, go, me: () => read().me };

  function read() {
    const [person, open, thread] = location.hash.slice(1).split('/').map(decodeURIComponent);
    const me = store.person(person) ? person : (store.state.people[0]?.id ?? '');
    const channels = store.channelsOf(me);
    if (open === 'home') return { me, open: 'home', thread: null };
    const channel =
      channels.find((each) => each.id === open) ?? channels.find((each) => each.kind !== 'direct') ?? channels[0];
    return { me, open: channel?.id ?? '', thread: channel?.id === open && thread ? thread : null };
  }

  /** Changes a part of where we are. Another person or channel closes the thread. */
  function go(part) {
    const next = { ...read(), thread: null, ...part };
    const words = [next.me, next.open, ...(next.thread ? [next.thread] : [])];
    const hash = `#${words.map(encodeURIComponent).join('/')}`;
    if (hash === location.hash) changed();
    else location.hash = hash;
  }
}
