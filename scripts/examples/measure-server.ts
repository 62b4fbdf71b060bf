/**
 * How many predictions the server of server.ts makes: `npx tsx scripts/examples/measure-server.ts [clients] [seconds]`.
 * The clients are in a process of their own, keep their connections, and ask again as soon as they have an answer.
 */
import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';

const [clients = 50, seconds = 10] = process.argv.slice(2).map(Number);
const WARM_UP_S = 2;

/** Milliseconds that one answer took; throws where it is not the prediction of one picture. */
function ask(agent: Agent, body: string): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request('http://127.0.0.1:8000/', { method: 'POST', agent }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      const { predictions, error } = JSON.parse(text) as { predictions?: number[][]; error?: string };
      if (predictions?.[0]?.length === 10) resolve(performance.now() - began);
      else reject(new Error(error ?? text));
    });
    asked.on('error', reject).end(body);
  });
}

async function measure(): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const pixels = Array.from({ length: 28 }, (_, row) =>
    Array.from({ length: 28 }, (_, column) => (row * column) % 256),
  );
  const body = JSON.stringify({ x: [pixels] });
  const times: number[] = [];
  const begin = performance.now() + WARM_UP_S * 1000;
  const end = begin + seconds * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const time = await ask(agent, body);
      if (performance.now() > begin) times.push(time);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  return times.sort((a, b) => a - b);
}

const server = spawn(process.execPath, ['--import', 'tsx', `${__dirname}/server.ts`], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
server.stdout.on('data', async (text: Buffer) => {
  if (!text.includes('http://')) return;
  try {
    const times = await measure();
    const quantile = (share: number): string => (times[Math.floor(share * times.length)] as number).toFixed(1);
    console.log(`${clients} clients, ${seconds} s: ${Math.round(times.length / seconds)} predictions a second`);
    console.log(`an answer takes ${quantile(0.5)} ms (median), ${quantile(0.95)} (95 %), ${quantile(0.99)} (99 %)`);
  } finally {
    server.kill();
  }
});
