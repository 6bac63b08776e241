import { useBlobUrl } from "../hooks/useBlobUrl";
import { fileNameOf } from "../words";

interface DownloadLinkProps {
  label: string;
  file: Blob | undefined;
  /** As the service calls it. */
  name: string;
  caption: string;
}

export function DownloadLink({ label, file, name, caption }: DownloadLinkProps) {
  const url = useBlobUrl(file);
  return (
    <a className="button" href={url ?? undefined} download={fileNameOf(caption, name)}>
      {label}
    </a>
  );
}
