import { pointCode } from '../../domain/gate-point.ts';
import type { Incident } from '../../domain/incident.ts';
import { actions, bold, bullets, button, context, type Line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut } from '../text.ts';

const MOST = 20;

/** What is still in the way of closing, with the codes by which a point is let go: a place in the list may be another's a moment later. */
export function incidentGate({ id }: Pick<Incident, 'id'>, points: readonly string[]): Message {
  const title = `${id} stays open: ${points.length} ${points.length === 1 ? 'point is' : 'points are'} not done`;
  const listed = points.slice(0, MOST).map((point): Line => [bold(pointCode(point)), ` ${cut(point, 300)}`]);
  return {
    text: title,
    blocks: [
      bullets([bold(title)], listed),
      ...actions('incident_gate', [button({ action: 'incident_close', token: id, label: 'Let one go…' })]),
      context(`On one line: /incident waive ${pointCode(points[0] ?? '')} because "…"`),
    ],
  };
}
