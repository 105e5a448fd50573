// The grid of Basic Pitch: what its network takes in and gives out.
// https://arxiv.org/abs/2203.09893, constants as in @spotify/basic-pitch.

/** Samples a second of the sound that the network hears. */
export const SAMPLE_RATE = 22_050;

/** Samples between two frames of its output: 11.6 ms. */
export const FRAME_SAMPLES = 256;

/** Samples it hears at once: two seconds, less a frame. */
export const WINDOW_SAMPLES = 2 * SAMPLE_RATE - FRAME_SAMPLES;

/** Frames it gives for a window. */
export const WINDOW_FRAMES = 172;

/** Frames at each edge of a window whose sound is cut, and which are left to the windows beside it. */
export const EDGE_FRAMES = 15;

/** Frames that are taken over from a window. The windows lie whole frames apart, so that every frame has an exact time;
 *  the original lets them lie 141.27 frames apart and corrects the times afterwards. */
export const CORE_FRAMES = 141;

/** Its pitches: the keys of a piano, from this MIDI pitch on. */
export const LOWEST_PITCH = 21;
export const PITCHES = 88;
export const HIGHEST_PITCH = LOWEST_PITCH + PITCHES - 1;

export const FRAMES_PER_SECOND = SAMPLE_RATE / FRAME_SAMPLES;
