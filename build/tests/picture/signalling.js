// Epic's signalling server, with the pages of this folder as its web root: node signalling.js PAGES LOGS. It takes the ports
// that Epic's own start script takes by default, 80 for players excepted.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { InitLogging } from './epic/Logger';
import { SignallingServer } from './epic/SignallingServer';

const [pages, logDir] = process.argv.slice(2);
InitLogging({ logDir, logLevelConsole: 'info', logLevelFile: 'info' });

const names = { '/': 'player.html', '/player.js': 'player.js', '/streamer': 'streamer.html', '/streamer.js': 'streamer.js' };
const web = createServer((request, response) => {
  const name = names[new URL(request.url, 'http://here').pathname];
  response.writeHead(name ? 200 : 404, { 'Content-Type': name?.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8' });
  if (name) createReadStream(join(pages, name)).pipe(response);
  else response.end();
});
new SignallingServer({ httpServer: web, streamerPort: 8888, streamerWsOptions: { host: '127.0.0.1' }, peerOptions: {} });
web.listen(8080, '127.0.0.1');
