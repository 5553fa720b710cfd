import { el, replace } from '../dom.js';
import { trafficChart } from './chart.js';
import { isTraffic, readTraffic } from './traffic.js';

const SIGNS = { rejecting: '✕', accepting: '✓', silent: '–' };

/** One panel of figures. Returns the function that draws its latest points. */
export function mountPanel(root) {
  const status = el('p', { class: 'traffic-status', role: 'status' });
  const body = el('div');
  replace(root, status, body);
  return (panel) => {
    if (panel.points.length === 0) return quiet('No figures yet.');
    return isTraffic(panel.points) ? traffic(readTraffic(panel.points)) : figures(panel.points.at(-1));
  };

  function traffic(read) {
    // The status is a live region: it is rewritten only when it says something else.
    if (status.dataset.state !== read.state) {
      status.dataset.state = read.state;
      replace(status, el('span', { class: 'traffic-sign', 'aria-hidden': 'true' }, SIGNS[read.state]), read.headline);
    }
    const words = [read.sentences.now, read.sentences.before].map((sentence) => el('p', {}, sentence));
    replace(body, trafficChart(read), el('div', { class: 'traffic-words' }, words));
  }

  function figures(point) {
    const rows = Object.entries(point).filter(([name]) => name !== 't');
    quiet('');
    replace(
      body,
      el(
        'dl',
        { class: 'figures' },
        rows.map(([name, value]) => [el('dt', {}, name), el('dd', {}, String(value))]),
      ),
    );
  }

  function quiet(sentence) {
    delete status.dataset.state;
    if (status.textContent !== sentence) replace(status, sentence);
    replace(body);
  }
}

/** True while any panel shows calls that are turned away. */
export function isAlarming(panels) {
  return panels.some(
    ({ points }) => points.length > 0 && isTraffic(points) && readTraffic(points).state === 'rejecting',
  );
}
