// In place of Unreal: sends a moving picture, by Epic's protocol for streamers, to each player that the signalling server names.
import { MessageHelpers, Messages, SignallingProtocol, WebSocketTransport } from '@epicgames-ps/lib-pixelstreamingcommon-ue5.7';

const canvas = document.querySelector('canvas');
const pen = canvas.getContext('2d');
let painted = 0;
setInterval(() => { // the whole picture changes its colour each second, and a bar runs through it
  painted++;
  pen.fillStyle = ['#e01010', '#10c010', '#1010e0'][Math.floor(painted / 30) % 3];
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = '#ffffff';
  pen.fillRect((painted * 4) % canvas.width, 0, 8, 60);
}, 1000 / 30);
const video = canvas.captureStream(30);

const transport = new WebSocketTransport();
const protocol = new SignallingProtocol(transport);
const players = new Map();
let options = {};
const say = (type, what) => protocol.sendMessage(MessageHelpers.createMessage(type, what));
const hear = (type, what) => protocol.addListener(type.typeName, what);

hear(Messages.config, (message) => { options = message.peerConnectionOptions ?? {}; });
hear(Messages.identify, () => say(Messages.endpointId, { id: 'avatar', protocolVersion: '1.0.0' }));
hear(Messages.playerConnected, async ({ playerId }) => {
  const peer = new RTCPeerConnection(options);
  players.set(playerId, peer);
  peer.onicecandidate = ({ candidate }) => candidate && say(Messages.iceCandidate, { playerId, candidate: candidate.toJSON() });
  for (const track of video.getTracks()) peer.addTrack(track, video);
  peer.createDataChannel('datachannel', { ordered: true });
  await peer.setLocalDescription(await peer.createOffer());
  say(Messages.offer, { playerId, sdp: peer.localDescription.sdp });
});
hear(Messages.answer, ({ playerId, sdp }) => players.get(playerId)?.setRemoteDescription({ type: 'answer', sdp }));
hear(Messages.iceCandidate, ({ playerId, candidate }) => players.get(playerId)?.addIceCandidate(candidate));
hear(Messages.playerDisconnected, ({ playerId }) => {
  players.get(playerId)?.close();
  players.delete(playerId);
});
transport.connect('ws://127.0.0.1:8888');
window.players = players;
