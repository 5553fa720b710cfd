import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import Database from 'better-sqlite3';

// The least that keeps what it acknowledges: a Bolt app that commits one row and then acks.
const [apiUrl = '', botToken = '', appToken = '', file = ''] = process.argv.slice(2);
const sqlite = new Database(file);
sqlite.pragma('journal_mode = WAL');
sqlite.pragma('synchronous = FULL');
sqlite.exec('create table if not exists inbox (id text primary key, payload text not null) strict');
const keep = sqlite.prepare('insert or ignore into inbox values (?, ?)');
const receiver = new SocketModeReceiver({
  appToken,
  logLevel: LogLevel.ERROR,
  installerOptions: { clientOptions: { slackApiUrl: apiUrl } },
});
const app = new App({ token: botToken, receiver, clientOptions: { slackApiUrl: apiUrl }, logLevel: LogLevel.ERROR });
app.command(/^\//, async ({ body, ack }) => {
  keep.run(body.trigger_id, JSON.stringify(body));
  await ack();
});
await app.start();
process.on('SIGTERM', () => process.exit(0));
