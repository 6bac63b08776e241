/** Small copies of pictures, so that the list of models stays light. */

const SIDE = 128;

/** A copy of a picture at the size of the list; null when it cannot be read. */
export async function thumbnailOf(picture: Blob): Promise<Blob | null> {
  try {
    const bitmap = await createImageBitmap(picture, {
      resizeWidth: SIDE,
      resizeHeight: SIDE,
      resizeQuality: "high",
    });
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    bitmap.close();
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
