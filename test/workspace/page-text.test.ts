import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PageWorld, startPageWorld } from './page-app.ts';
import { hasBrowser, launch, openPage } from './page-browser.ts';

const NAMES = `{
  me: () => 'U0BOB',
  person: (id) => ({ U0ALICE: 'Alice Archer', U0BOB: 'Bob Baker' })[id] ?? null,
  channel: (id) => (id === 'C0OPS' ? 'ops' : null),
}`;

describe.skipIf(!hasBrowser)("Slack's markup, as the page shows it", () => {
  let browser: Browser;
  let world: PageWorld;
  let page: Page;

  beforeAll(async () => {
    world = await startPageWorld();
    browser = await launch();
    // A zone far from the machine's own, so that a time in the wrong zone shows.
    ({ page } = await openPage(browser, world.workspace, { timezoneId: 'Asia/Tokyo', locale: 'de-DE' }));
  });
  afterAll(async () => {
    await browser.close();
    await world.stop();
  });

  const htmlOf = (module: string, make: string, given: unknown) =>
    page.evaluate<string>(`import('/assets/text/${module}.js').then((made) => {
      const home = document.createElement('div');
      home.append(...made.${make}(${JSON.stringify(given)}, ${NAMES}));
      return home.innerHTML;
    })`);

  test.each([
    ['*bold* _slanted_ ~gone~', '<p><strong>bold</strong> <em>slanted</em> <s>gone</s></p>'],
    ['*bold with _slanted_ in it*', '<p><strong>bold with <em>slanted</em> in it</strong></p>'],
    ['snake_case_name and 2*3*4', '<p>snake_case_name and 2*3*4</p>'],
    ['`a *b* &lt;c&gt;`', '<p><code>a *b* &lt;c&gt;</code></p>'],
    ['```\nlet a = 1;\n  b\n```', '<pre tabindex="0"><code>let a = 1;\n  b</code></pre>'],
    ['``` never closed *x*', '<p> never closed <strong>x</strong></p>'],
    ['&gt; said\n&gt; twice', '<blockquote>said<br>twice</blockquote>'],
    ['• one\n• *two*', '<ul><li>one</li><li><strong>two</strong></li></ul>'],
    ['<@U0ALICE>', '<p><span class="mention">@Alice Archer</span></p>'],
    ['<@U0BOB>', '<p><span class="mention mention-me">@Bob Baker</span></p>'],
    ['<@U0GONE|gone>', '<p><span class="mention">@gone</span></p>'],
    ['<#C0OPS>', '<p><a class="mention" href="#C0OPS" data-channel="C0OPS">#ops</a></p>'],
    ['<!here>', '<p><span class="mention mention-me">@here</span></p>'],
    [':key: :no-such-thing:', '<p>🔑 :no-such-thing:</p>'],
    ['&lt;b&gt; &amp;amp;', '<p>&lt;b&gt; &amp;amp;</p>'],
    ['<javascript:alert(1)|click>', '<p>click</p>'],
    [
      '*<https://a.example/b_c_d|the plan>*',
      '<p><strong><a href="https://a.example/b_c_d" target="_blank" rel="noopener noreferrer">the plan</a></strong></p>',
    ],
    ['<!date^oops^{date}|on Monday>', '<p>on Monday</p>'],
  ])('%j', async (text, html) => {
    expect(await htmlOf('mrkdwn', 'mrkdwnNodes', text)).toBe(html);
  });

  test('tells a time in the zone of the person who reads', async () => {
    const html = await htmlOf('mrkdwn', 'mrkdwnNodes', '<!date^1795258800^{date_long} {time}|11:00 UTC>');
    expect(html).toContain('datetime="2026-11-21T11:00:00.000Z"');
    expect(html).toContain('>Saturday, November 21, 2026 20:00</time>');
  });

  test('shows Markdown with its headings, lists, quotes and code', async () => {
    const html = await htmlOf(
      'markdown',
      'markdownNodes',
      '# Plan\nSome **bold**\n- a\n- [b](https://b.example)\n> q\n```\nx\n```',
    );
    expect(html).toBe(
      '<h2 class="markdown-heading">Plan</h2><p>Some <strong>bold</strong></p>' +
        '<ul><li>a</li><li><a href="https://b.example" target="_blank" rel="noopener noreferrer">b</a></li></ul>' +
        '<blockquote><p>q</p></blockquote><pre tabindex="0"><code>x</code></pre>',
    );
  });

  test('takes nothing in rich text for markup', async () => {
    const text = { type: 'text', text: '*not bold* <@U0BOB> <b>', style: { italic: true } };
    const block = { elements: [{ type: 'rich_text_section', elements: [text, { type: 'user', user_id: 'U0ALICE' }] }] };
    expect(await htmlOf('rich-text', 'richTextNodes', block)).toBe(
      '<p><em>*not bold* &lt;@U0BOB&gt; &lt;b&gt;</em><span class="mention">@Alice Archer</span></p>',
    );
  });

  test.each(['*', '_', '~', '`', '<', '<a', '*<a>', '[a](', '**', '> ', '```', 'https://'])(
    'is not slowed down by 12 000 characters of %j',
    async (piece) => {
      const hostile = piece.repeat(12_000 / piece.length);
      const startedAt = performance.now();
      await htmlOf('mrkdwn', 'mrkdwnNodes', hostile.slice(0, 3_000));
      await htmlOf('markdown', 'markdownNodes', hostile);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    },
  );
});
