// Preloaded with --import: this process lives CLOCK_AHEAD_MS in the future, as on a machine whose clock was moved.
const aheadMs = Number(process.env.CLOCK_AHEAD_MS ?? 0);
const now = () => RealDate.now() + aheadMs;
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
