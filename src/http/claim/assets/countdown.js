/** Calls `onTick` with the seconds that are left, and `onEnd` once. By the clock: a tab in the background counts seldom. */
export function startCountdown(seconds, { onTick, onEnd }) {
  const endsAt = Date.now() + seconds * 1_000;
  const stop = () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
  };
  const look = () => {
    const left = Math.ceil((endsAt - Date.now()) / 1_000);
    if (left > 0) return onTick(left);
    stop();
    onEnd();
  };
  const timer = setInterval(look, 250);
  document.addEventListener('visibilitychange', look);
  onTick(seconds);
  return stop;
}
