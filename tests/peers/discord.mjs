// discord-digital-twin behind lines of JSON: {"do": ...} in, one answer for each out.
import { createInterface } from "node:readline";
import { DigitalDiscord } from "discord-digital-twin";

const CHANNEL = "1200000000000000001";
const ANN = "1200000000000000002";
const twin = new DigitalDiscord({
  guild: { name: "Peers", channels: [{ id: CHANNEL, name: "general", type: 0 }] },
  users: [{ id: ANN, username: "ann" }],
  botUser: { username: "helper" },
});
await twin.start();
const gateway = twin.server.gateway;
gateway.broadcastMessageCreate = (message, guild) => {
  // The twin tells of no mentions, without which a bot on a server is never spoken to.
  const mentions = message.content.includes(`<@${twin.botUserId}>`) ? [{ id: twin.botUserId, username: "helper", discriminator: "0", avatar: null }] : [];
  gateway.broadcast("MESSAGE_CREATE", { ...message, guild_id: guild, mentions });
};
// discord.py asks who it is under another address than discord.js, and wants to know the owner.
const me = { id: twin.botUserId, name: "helper", icon: null, description: "", bot_public: true, bot_require_code_grant: false };
const application = { ...me, verify_key: "0", team: null, flags: 0, owner: { id: ANN, username: "ann", discriminator: "0", avatar: null } };
const server = twin.server.httpServer;
const handlers = server.listeners("request");
server.removeAllListeners("request");
server.on("request", (request, response) => {
  if (request.url.includes("/oauth2/applications/@me")) {
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(application));
  } else for (const handle of handlers) handle.call(server, request, response);
});
const tell = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const deeds = {
  say: ({ text }) => twin.simulateUserMessage({ channelId: CHANNEL, userId: ANN, content: text }),
  press: ({ message, button }) =>
    twin.simulateButtonClick({ channelId: CHANNEL, userId: ANN, messageId: message, customId: button }),
  messages: () => twin.channel(CHANNEL).getMessages(),
};
tell({ rest: twin.restUrl, gateway: twin.gatewayUrl, token: twin.botToken, bot: twin.botUserId });
for await (const line of createInterface({ input: process.stdin })) {
  const deed = JSON.parse(line);
  tell((await deeds[deed.do](deed)) ?? null);
}
await twin.stop();
process.exit(0);
