import { AskBar } from "./components/AskBar";
import { Drawer } from "./components/Drawer";
import { Header } from "./components/Header";
import { HistoryPanel } from "./components/HistoryPanel";
import { MainArea } from "./components/MainArea";
import { ModelDetail } from "./components/ModelDetail";
import { Notice } from "./components/Notice";
import { Sheet } from "./components/Sheet";
import { useLayout } from "./hooks/useLayout";
import { useStudio } from "./hooks/useStudio";
import { useTheme } from "./hooks/useTheme";
import { useUpdate } from "./hooks/useUpdate";
import { useOnline } from "./hooks/useOnline";
import { bricksInWords } from "./words";
import { isBusy } from "./work/state";

/** Three columns at a desk, one on a phone with the detail as a sheet. */
export function App() {
  const studio = useStudio();
  const theme = useTheme();
  const update = useUpdate();
  const online = useOnline();
  const { model, work, token, history } = studio;
  const layout = useLayout(studio.selected);
  const busy = isBusy(work);
  const panel = (
    <HistoryPanel
      cards={history.cards}
      current={model?.id ?? null}
      work={work}
      trouble={history.trouble}
      onOpen={(id) => layout.close(() => void studio.open(id))}
      onBusy={() => layout.close(() => studio.show(null))}
      onForget={studio.forget}
    />
  );
  const detail = model && (
    <ModelDetail
      model={model}
      selected={studio.selected}
      byLoad={studio.byLoad}
      onSelect={studio.select}
      onPaint={studio.setByLoad}
    />
  );
  return (
    <div className={model ? "app with-detail" : "app"}>
      <Header
        online={online}
        signedIn={token.value !== null}
        dark={theme.dark}
        withHistory={!layout.historyColumn}
        onNew={studio.startAnew}
        onHistory={layout.openHistory}
        onTheme={theme.toggle}
        onSignOut={token.signOut}
      />
      {layout.historyColumn ? (
        <aside className="card history" aria-label="History">
          {panel}
        </aside>
      ) : (
        <Drawer title="History" open={layout.historyOpen} onClose={layout.closeHistory}>
          {panel}
        </Drawer>
      )}
      <main>
        {update.ready && (
          <Notice tone="plain">
            A newer legolab is here. <button onClick={update.take}>Reload</button>
          </Notice>
        )}
        <MainArea studio={studio} />
      </main>
      {model &&
        (layout.detailColumn ? (
          <aside className="card detail" aria-label="Details">
            {detail}
          </aside>
        ) : (
          <Sheet
            title={`${bricksInWords(model.bricks.length)}, parts and files`}
            open={layout.sheetOpen}
            onToggle={layout.toggleSheet}
          >
            {detail}
          </Sheet>
        ))}
      <AskBar form={studio.form} busy={busy} onAsk={studio.ask} onCancel={studio.cancel} />
    </div>
  );
}
