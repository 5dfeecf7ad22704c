// telegram-test-api on a free port; says its address, and ends with its input.
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import TelegramServer from "telegram-test-api";

const probe = createServer();
await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
const { port } = probe.address();
await new Promise((resolve) => probe.close(resolve));
const Server = TelegramServer.default ?? TelegramServer.TelegramServer ?? TelegramServer;
const server = new Server({ port, host: "127.0.0.1" });
await server.start();
process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
for await (const _ of createInterface({ input: process.stdin }));
process.exit(0);
