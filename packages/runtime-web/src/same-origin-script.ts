// Scripts of workers from another origin, such as a CDN.

/** A worker's script must have the page's origin. That of another one is fetched, and started from a blob.
 *  @throws if it cannot be fetched */
export async function sameOriginScript(url: URL): Promise<{ url: string; forget(): void }> {
  if (url.origin === location.origin) return { url: url.href, forget: () => {} };
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  const script = await response.blob();
  const blob = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  // Not revoked before the end: ONNX Runtime starts its threads from the same address.
  return { url: blob, forget: () => URL.revokeObjectURL(blob) };
}
