// The player's page: Epic's frontend library as it is. With ?relay its connections use TURN only. (The library's own flag
// ForceTURN wants a relay at the streamer's end, too.)
import { Config, Flags, Logger, LogLevel, PixelStreaming } from '@epicgames-ps/lib-pixelstreamingfrontend-ue5.7';

if (new URLSearchParams(location.search).has('relay')) {
  const Plain = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Plain {
    constructor(options) {
      super({ ...options, iceTransportPolicy: 'relay' });
    }
  };
}
Logger.InitLogging(LogLevel.Warning, false);
const config = new Config({
  initialSettings: {
    [Flags.AutoConnect]: true, [Flags.AutoPlayVideo]: true, [Flags.StartVideoMuted]: true, [Flags.HoveringMouseMode]: true,
    ss: location.origin.replace(/^http/, 'ws'),
  },
});
const stream = new PixelStreaming(config, { videoElementParent: document.getElementById('video') });
const events = [];
for (const type of ['webRtcConnected', 'webRtcFailed', 'webRtcDisconnected', 'videoInitialized', 'playStreamRejected']) {
  stream.addEventListener(type, () => events.push(type));
}

/** What the browser's own statistics say of the picture, and how it comes. */
async function picture() {
  const reports = [...(await stream.webRtcController.peerConnectionController?.peerConnection?.getStats() ?? new Map()).values()];
  const video = reports.find((r) => r.type === 'inbound-rtp' && r.kind === 'video');
  const pair = reports.find((r) => r.type === 'candidate-pair' && r.nominated && r.state === 'succeeded');
  const local = reports.find((r) => r.id === pair?.localCandidateId);
  return { frames: video?.framesDecoded ?? 0, bytes: video?.bytesReceived ?? 0, candidate: local?.candidateType, relay: local?.relayProtocol, events };
}

/** The colour in the middle of the picture, as red, green, blue. */
function colour() {
  const video = document.querySelector('video');
  const canvas = document.createElement('canvas').getContext('2d');
  canvas.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}
Object.assign(window, { stream, picture, colour });
