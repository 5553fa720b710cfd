import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const Incoming = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
});
const Completions = z.object({ items: z.array(z.object({ label: z.string() })) });
const Hover = z.object({ contents: z.object({ value: z.string() }) }).nullable();
const Diagnostics = z.object({
  uri: z.string(),
  diagnostics: z.array(z.object({ message: z.string(), range: z.object({ start: z.object({ line: z.number() }) }) })),
});

/** The language server that editors use for YAML, as a process of its own that is spoken to as an editor does. */
export interface YamlEditor {
  /** Opens a text; `|` marks the cursor and is taken out. */
  open: (name: string, text: string) => Promise<OpenText>;
}

export interface OpenText {
  completions: () => Promise<string[]>;
  /** What is shown when the pointer rests at the cursor. */
  hover: () => Promise<string>;
  /** What is underlined, as `<line>: <message>`. */
  underlined: () => Promise<string[]>;
}

/** `folder`: where the texts stand; their first line names the schema there, as in the runbooks. */
export async function aYamlEditor(folder: string): Promise<YamlEditor> {
  const main = createRequire(import.meta.url).resolve('yaml-language-server/package.json');
  const child = spawn(process.execPath, [join(dirname(main), 'bin', 'yaml-language-server'), '--stdio']);
  onTestFinished(() => {
    child.kill();
  });
  const answers = new Map<number, (result: unknown) => void>();
  const diagnostics = new Map<string, (found: z.output<typeof Diagnostics>) => void>();
  const write = (message: object) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const settings = { validate: true, completion: true, hover: true };
  framesOf(child.stdout, (text) => {
    const message = Incoming.parse(JSON.parse(text));
    if (message.method === 'workspace/configuration') {
      const asked = z.object({ items: z.array(z.object({ section: z.string().optional() })) }).parse(message.params);
      write({ id: message.id, result: asked.items.map(({ section }) => (section === 'yaml' ? settings : {})) });
    } else if (message.method === 'textDocument/publishDiagnostics') {
      const found = Diagnostics.parse(message.params);
      diagnostics.get(found.uri)?.(found);
    } else if (message.method !== undefined && message.id !== undefined) write({ id: message.id, result: null });
    else if (typeof message.id === 'number') answers.get(message.id)?.(message.result);
  });
  let last = 0;
  const ask = (method: string, params: object) =>
    new Promise<unknown>((resolve) => {
      last += 1;
      answers.set(last, resolve);
      write({ id: last, method, params });
    });
  const capabilities = { workspace: { configuration: true }, textDocument: { hover: { contentFormat: ['markdown'] } } };
  await ask('initialize', { processId: process.pid, rootUri: null, capabilities });
  write({ method: 'initialized', params: {} });
  return {
    open: async (name, marked) => {
      const uri = pathToFileURL(join(folder, name)).href;
      const offset = Math.max(marked.indexOf('|'), 0);
      const text = marked.replace('|', '');
      const before = text.slice(0, offset).split('\n');
      const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
      const seen = new Promise<z.output<typeof Diagnostics>>((resolve) => diagnostics.set(uri, resolve));
      write({
        method: 'textDocument/didOpen',
        params: { textDocument: { uri, languageId: 'yaml', version: 1, text } },
      });
      const at = { textDocument: { uri }, position };
      return {
        completions: async () => {
          const found = await ask('textDocument/completion', at);
          return Completions.parse(Array.isArray(found) ? { items: found } : found).items.map(({ label }) => label);
        },
        hover: async () => Hover.parse(await ask('textDocument/hover', at))?.contents.value ?? '',
        underlined: async () =>
          (await seen).diagnostics.map(({ message, range }) => `${range.start.line + 1}: ${message}`),
      };
    },
  };
}

/** Cuts the stream of the protocol into its messages. */
function framesOf(stream: NodeJS.ReadableStream, onFrame: (text: string) => void): void {
  let rest = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.indexOf('\r\n\r\n');
      const length = Number(
        /Content-Length: (\d+)/i.exec(rest.subarray(0, Math.max(end, 0)).toString())?.[1] ?? Number.NaN,
      );
      if (end === -1 || Number.isNaN(length) || rest.length < end + 4 + length) return;
      const text = rest.subarray(end + 4, end + 4 + length).toString();
      rest = rest.subarray(end + 4 + length);
      onFrame(text);
    }
  });
}
