const WINDOW_SECONDS = 120;
const RECENT_SECONDS = 5;

/**
 * What the points of a traffic panel mean, as numbers and in words. Pure: the chart and the sentences below it show the same.
 * @param {{ t: number | string, accepted: number, rejected: number }[]} points about one a second; `t` in ms, in seconds, or as ISO 8601
 */
export function readTraffic(points) {
  const timed = points
    .map(({ t, accepted, rejected }) => ({ at: secondsOf(t), accepted, rejected }))
    .sort((a, b) => a.at - b.at);
  const newest = timed.at(-1);
  const rows = timed.map((row) => ({ ...row, ago: newest.at - row.at })).filter((row) => row.ago < WINDOW_SECONDS);
  const state = stateOf(rows.filter((row) => row.ago < RECENT_SECONDS));
  return {
    rows,
    state,
    headline: HEADLINES[state],
    sentences: sentencesOf(rows, newest),
    windowSeconds: WINDOW_SECONDS,
  };
}

/** True for a panel this chart can draw. */
export function isTraffic(points) {
  return points.every((point) => typeof point.accepted === 'number' && typeof point.rejected === 'number');
}

const HEADLINES = {
  rejecting: 'Calls are being rejected',
  accepting: 'All calls are accepted',
  silent: 'No calls at the moment',
};

function stateOf(recent) {
  if (recent.some((row) => row.rejected > 0)) return 'rejecting';
  return recent.some((row) => row.accepted > 0) ? 'accepting' : 'silent';
}

function sentencesOf(rows, newest) {
  return { now: `Last second: ${newest.accepted} accepted, ${newest.rejected} rejected.`, before: rejectionsOf(rows) };
}

function rejectionsOf(rows) {
  const rejected = rows.filter((row) => row.rejected > 0);
  const total = rejected.reduce((sum, row) => sum + row.rejected, 0);
  if (total === 0) return 'Last 2 minutes: none rejected.';
  const ago = Math.round(rejected.at(-1).ago);
  return `Last 2 minutes: ${total} rejected, the last ${ago < 1 ? 'just now' : `${spell(ago)} ago`}.`;
}

function spell(seconds) {
  return seconds === 1 ? '1 second' : `${seconds} seconds`;
}

function secondsOf(t) {
  if (typeof t === 'string') return Date.parse(t) / 1000;
  // Whatever is this large cannot be seconds: it would be the year 5138.
  return t > 1e11 ? t / 1000 : t;
}
