import { el, replace } from '../dom.js';
import { icon } from '../icons.js';
import { avatar } from './avatar.js';
import { badge } from './badge.js';

/** The left column: which workspace, who you are, and where you can go. Returns the function that draws it again. */
export function mountSidebar(root, { store, place, unread }) {
  const nav = el('nav', { 'aria-label': 'Channels and people' });
  const people = el('section', { class: 'acting', 'aria-labelledby': 'acting-title' });
  const help = el('p', { class: 'help' });
  replace(root, header(), people, nav, help);
  return draw;

  function draw(here) {
    keepFocus(root, () => {
      replace(people, actingAs(here));
      replace(nav, channelList(here), directList(here));
    });
    replace(help, helpFor(here));
  }

  function header() {
    return el(
      'div',
      { class: 'workspace' },
      el('span', { class: 'workspace-name' }, 'Local workspace'),
      el('span', { class: 'workspace-note' }, 'Plays Slack on this machine'),
    );
  }

  function actingAs({ me }) {
    const rows = store.state.people.map((person) => personButton(person, person.id === me));
    return [el('h2', { id: 'acting-title', class: 'nav-title' }, 'Acting as'), el('ul', { class: 'people' }, rows)];
  }

  function personButton(person, mine) {
    const calls = mine ? 0 : unread.calls(person.id);
    const attributes = {
      class: 'person',
      type: 'button',
      'aria-pressed': String(mine),
      data: { control: `person-${person.id}` },
      on: { click: () => place.go({ me: person.id }) },
    };
    const standing = person.standing === 'member' ? null : [' ', el('span', { class: 'standing' }, person.standing)];
    const words = el(
      'span',
      { class: 'person-name' },
      person.realName,
      mine && [' ', el('span', { class: 'you' }, 'you')],
      standing,
    );
    return el('li', {}, el('button', attributes, avatar(person.id, person.realName), words, badge(calls)));
  }

  function channelList(here) {
    const channels = store.channelsOf(here.me).filter((channel) => channel.kind !== 'direct');
    return [
      el('h2', { class: 'nav-title' }, 'Channels'),
      el(
        'ul',
        { class: 'places' },
        channels.map((channel) => placeRow(here, channel)),
      ),
    ];
  }

  function directList(here) {
    const direct = store.channelsOf(here.me).filter((channel) => channel.kind === 'direct');
    const home =
      store.state.app.homeTab &&
      row({ here, id: 'home', sign: 'home', words: 'Home', go: () => place.go({ open: 'home' }) });
    return [
      el('h2', { class: 'nav-title' }, store.state.app.name),
      el(
        'ul',
        { class: 'places' },
        home,
        direct.map((channel) => placeRow(here, channel)),
      ),
    ];
  }

  function placeRow(here, channel) {
    const direct = channel.kind === 'direct';
    const sign = { private: 'lock', direct: 'reply', channel: 'hash' }[channel.kind];
    const count = here.open === channel.id ? 0 : unread.count(here.me, channel);
    const words = direct ? 'Messages' : channel.name;
    return row({ here, id: channel.id, sign, words, count, go: () => place.go({ open: channel.id }) });
  }

  function helpFor({ me }) {
    const { commands, app } = store.state;
    const command = commands[0] && [
      'Type ',
      el('kbd', {}, commands[0].command),
      ` to begin, or `,
      el('kbd', {}, '/'),
      ' to see every command. ',
    ];
    return [
      el('strong', {}, `You are ${store.person(me)?.realName}. `),
      command,
      `Become somebody else above to answer ${app.name} as them.`,
    ];
  }

  function row({ here, id, sign, words, count = 0, go }) {
    const attributes = {
      class: count > 0 ? 'place unread' : 'place',
      type: 'button',
      'aria-current': here.open === id ? 'page' : null,
      data: { control: `place-${id}` },
      on: { click: go },
    };
    return el('li', {}, el('button', attributes, icon(sign), el('span', { class: 'place-name' }, words), badge(count)));
  }
}

function keepFocus(root, draw) {
  const control = root.contains(document.activeElement) ? document.activeElement.dataset.control : undefined;
  draw();
  if (control) root.querySelector(`[data-control="${CSS.escape(control)}"]`)?.focus();
}
