import type { WebClient } from '@slack/web-api';

const TIMEOUT_MS = 10_000;

/**
 * The three steps of Slack's upload; the file belongs to the app and is seen only where a message shows it. Done here and not by the client,
 * which would follow the address wherever it points.
 */
export async function uploadPicture(
  client: WebClient,
  { name, alt, bytes }: { name: string; alt: string; bytes: Uint8Array },
): Promise<string> {
  const asked = await client.files.getUploadURLExternal({ filename: name, length: bytes.length, alt_text: alt });
  if (asked.upload_url === undefined || asked.file_id === undefined)
    throw new Error('files.getUploadURLExternal answered without an address');
  assertSlack(asked.upload_url, client.slackApiUrl);
  const body = new Uint8Array(bytes);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const sent = await fetch(asked.upload_url, { method: 'POST', redirect: 'error', body, signal });
  if (!sent.ok) throw new Error(`the upload was answered with ${sent.status}`);
  await client.files.completeUploadExternal({ files: [{ id: asked.file_id, title: name }] });
  return asked.file_id;
}

function assertSlack(url: string, apiUrl: string): void {
  const { origin, hostname, protocol } = new URL(url);
  const isSlack = protocol === 'https:' && (hostname === 'slack.com' || hostname.endsWith('.slack.com'));
  if (!isSlack && origin !== new URL(apiUrl).origin) throw new Error(`an upload address at ${origin} is not Slack's`);
}
