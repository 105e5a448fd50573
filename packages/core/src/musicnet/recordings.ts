// Which recording belongs to which labels, told by the paths of MusicNet's release.

/** A recording with its labels. */
export interface MusicNetPair {
  /** MusicNet's number of the recording. */
  id: number;
  /** The folder it was in: the official split. */
  split: 'train' | 'test';
  /** The paths as they were given: `.../train_data/<id>.wav` and `.../train_labels/<id>.csv`. */
  recording: string;
  labels: string;
}

export interface MusicNetPairing {
  /** Ordered by the path of the recording. */
  pairs: MusicNetPair[];
  recordingsWithoutLabels: string[];
  labelsWithoutRecording: string[];
}

const MEMBER = /^(.*?)(?:^|(?<=[/\\]))(train|test)_(data|labels)[/\\](\d{1,6})\.(wav|csv)$/i;

/** Pairs `train_data/<id>.wav` with `train_labels/<id>.csv`, and the same for `test`, within each copy of the release.
 *  Paths that are neither are passed over.
 *  @param paths files in any order; both kinds of slashes are understood */
export function pairMusicNetRecordings(paths: Iterable<string>): MusicNetPairing {
  const recordings = new Map<string, string>();
  const labels = new Map<string, string>();
  for (const path of [...paths].sort()) {
    const [, root, split, folder, id, extension] = MEMBER.exec(path) ?? [];
    if (root === undefined) continue;
    const isRecording = folder.toLowerCase() === 'data';
    if (isRecording !== (extension.toLowerCase() === 'wav')) continue;
    const key = [root.replaceAll('\\', '/'), split.toLowerCase(), Number(id)].join('|');
    const kind = isRecording ? recordings : labels;
    if (!kind.has(key)) kind.set(key, path);
  }
  const pairs: MusicNetPair[] = [];
  for (const [key, recording] of recordings) {
    const found = labels.get(key);
    const [split, id] = key.split('|').slice(-2);
    if (found === undefined) continue;
    pairs.push({ id: Number(id), split: split as MusicNetPair['split'], recording, labels: found });
  }
  const unpaired = (kind: Map<string, string>, others: Map<string, string>): string[] =>
    [...kind].filter(([key]) => !others.has(key)).map(([, path]) => path);
  return {
    pairs,
    recordingsWithoutLabels: unpaired(recordings, labels),
    labelsWithoutRecording: unpaired(labels, recordings),
  };
}
