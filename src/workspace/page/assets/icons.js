import { svg } from './dom.js';

// Drawn here on a 20 by 20 grid, because the page loads nothing from elsewhere and fonts differ in their symbols.
const PATHS = {
  hash: 'M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h13M3 12.5h13',
  lock: 'M5.5 9h9v7.5h-9zM7 9V6.5a3 3 0 0 1 6 0V9',
  home: 'M3 9.5 10 3.5l7 6M5 8.5v8h10v-8M8.5 16.5v-4h3v4',
  key: 'M8 12a3.5 3.5 0 1 1-3.5-3.5A3.5 3.5 0 0 1 8 12Zm-.8-2.3L16 3.5M13 5.7l2 2.6M10.8 7.2l1.5 2',
  reply: 'M4 4h12v9H9l-4 3.5V13H4z',
  smile: 'M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14ZM7 11.5c1.5 2.2 4.5 2.2 6 0M7.6 8v.1M12.4 8v.1',
  more: 'M5 10v.1M10 10v.1M15 10v.1',
  close: 'M5 5l10 10M15 5 5 15',
  back: 'M12 4.5 6.5 10l5.5 5.5',
  menu: 'M3.5 5.5h13M3.5 10h13M3.5 14.5h13',
  chart: 'M3.5 3.5v13h13M6.5 13l3-4 2.5 2.5 4-6',
  wire: 'M3 7h11l-3-3M17 13H6l3 3',
  send: 'M3.5 3.5 17 10 3.5 16.5l1.8-6.5zM5.3 10H11',
  eye: 'M2.5 10S5.5 5 10 5s7.5 5 7.5 5-3 5-7.5 5-7.5-5-7.5-5Zm7.5-2a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z',
  bolt: 'M11 2.5 4.5 11.5H10L9 17.5l6.5-9H10z',
  down: 'M5 8l5 5 5-5',
};

/** A small picture that says nothing by itself: words or an `aria-label` always stand with it. */
export function icon(name) {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: PATHS[name] }),
  );
}
