<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AuxOLSegment</name>
    <message>
        <source>AuxOL Segment</source>
        <translation>AuxOL Segment</translation>
    </message>
    <message>
        <source>Click points or drag a box: a network that knows many images (built in, or SAM), joined with what a small one has learned from your earlier corrections, proposes a mask. Repair it in the Segment Editor and save it: each saved repair teaches the small network, in the background and on this machine. Research use only, not for diagnosis.</source>
        <translation>Punkte klicken oder einen Kasten ziehen: Ein Netz, das viele Bilder kennt (eingebaut oder SAM), schlägt zusammen mit dem, was ein kleines aus Ihren früheren Korrekturen gelernt hat, eine Maske vor. Bessern Sie sie im Segment Editor nach und speichern Sie: Aus jeder gespeicherten Korrektur lernt das kleine Netz, im Hintergrund und auf diesem Rechner. Nur für die Forschung, nicht für die Diagnostik.</translation>
    </message>
    <message>
        <source>Method: Huang et al., Improving Segment Anything on the Fly: Auxiliary Online Learning and Adaptive Fusion for Medical Image Segmentation, IEEE Transactions on Medical Imaging 2025. Segment Anything: Kirillov et al., ICCV 2023.</source>
        <translation>Methode: Huang et al., Improving Segment Anything on the Fly: Auxiliary Online Learning and Adaptive Fusion for Medical Image Segmentation, IEEE Transactions on Medical Imaging 2025. Segment Anything: Kirillov et al., ICCV 2023.</translation>
    </message>
    <message>
        <source>AuxOLSegment</source>
        <translation>AuxOLSegment</translation>
    </message>
    <message>
        <source>Research use only, not for diagnosis.</source>
        <translation>Nur für die Forschung, nicht für die Diagnostik.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>Engine starten</translation>
    </message>
    <message>
        <source>First use: install what is missing</source>
        <translation>Erste Benutzung: Fehlendes installieren</translation>
    </message>
    <message>
        <source>Install</source>
        <translation>Installieren</translation>
    </message>
    <message>
        <source>1  Image, segment and task</source>
        <translation>1  Bild, Segment und Aufgabe</translation>
    </message>
    <message>
        <source>Volume:</source>
        <translation>Volumen:</translation>
    </message>
    <message>
        <source>The image to segment: grey or colour, one slice or many.</source>
        <translation>Das Bild, das segmentiert wird: grau oder farbig, eine Schicht oder viele.</translation>
    </message>
    <message>
        <source>Segmentation:</source>
        <translation>Segmentierung:</translation>
    </message>
    <message>
        <source>The segmentation that accepted proposals are added to.</source>
        <translation>Die Segmentierung, in die angenommene Vorschläge kommen.</translation>
    </message>
    <message>
        <source>Segment:</source>
        <translation>Segment:</translation>
    </message>
    <message>
        <source>New</source>
        <translation>Neu</translation>
    </message>
    <message>
        <source>Add a segment to the segmentation.</source>
        <translation>Der Segmentierung ein Segment hinzufügen.</translation>
    </message>
    <message>
        <source>Task:</source>
        <translation>Aufgabe:</translation>
    </message>
    <message>
        <source>What is being learned, such as &quot;liver, portal CT&quot;. Choose one, or type a new name and press Create.</source>
        <translation>Was gelernt wird, zum Beispiel „Leber, CT portalvenös“. Wählen Sie eine Aufgabe oder geben Sie einen neuen Namen ein und drücken Sie Anlegen.</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Anlegen</translation>
    </message>
    <message>
        <source>2  Prompt</source>
        <translation>2  Markieren</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>Kasten</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Scribble</source>
        <translation>Strich</translation>
    </message>
    <message>
        <source>+ Point</source>
        <translation>+ Punkt</translation>
    </message>
    <message>
        <source>− Point</source>
        <translation>− Punkt</translation>
    </message>
    <message>
        <source>The objects that you have prompted. A click selects one: further points refine it.</source>
        <translation>Die Objekte, die Sie markiert haben. Ein Klick wählt eines aus: Weitere Punkte verfeinern es.</translation>
    </message>
    <message>
        <source>Undo last click</source>
        <translation>Klick zurück</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>Alle entfernen</translation>
    </message>
    <message>
        <source>Rotate views to the volume</source>
        <translation>Ansichten am Volumen ausrichten</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Show or hide all proposals in the slice views. Your segments are not touched.</source>
        <translation>Alle Vorschläge in den Schichtansichten zeigen oder ausblenden. Ihre Segmente bleiben unberührt.</translation>
    </message>
    <message>
        <source>Save slice</source>
        <translation>Schicht sichern</translation>
    </message>
    <message>
        <source>Nothing here</source>
        <translation>Hier nichts</translation>
    </message>
    <message>
        <source>Save all reviewed</source>
        <translation>Alle gesehenen</translation>
    </message>
    <message>
        <source>Segment Editor</source>
        <translation>Segment Editor</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>Segment</translation>
    </message>
    <message>
        <source>Choose what to segment, mark it, look at the proposal, repair and save it.</source>
        <translation>Wählen Sie, was zu segmentieren ist, markieren Sie es, sehen Sie den Vorschlag an, bessern Sie nach und speichern Sie.</translation>
    </message>
    <message>
        <source>The segment that you are working on. Name it and choose its colour in the Segment Editor below, under All segments.</source>
        <translation>Das Segment, an dem Sie arbeiten. Name und Farbe geben Sie ihm unten im Segment Editor, unter Alle Segmente.</translation>
    </message>
    <message>
        <source>3  Proposal, repair, save</source>
        <translation>3  Vorschlag, nachbessern, sichern</translation>
    </message>
    <message>
        <source>All segments and masking</source>
        <translation>Alle Segmente, Maskierung</translation>
    </message>
    <message>
        <source>Show the table of segments, and the masking of the effect in use, as the Segment Editor module does.</source>
        <translation>Die Tabelle der Segmente und die Maskierung des benutzten Effekts zeigen, wie im Modul Segment Editor.</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Neighbours, the whole volume, and the list of slices that wait for your eye.</source>
        <translation>Nachbarn, das ganze Volumen und die Liste der Schichten, die auf Ihren Blick warten.</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>Lernt</translation>
    </message>
    <message>
        <source>What the task has learned, and whether it has paid.</source>
        <translation>Was die Aufgabe gelernt hat und ob es sich gelohnt hat.</translation>
    </message>
    <message>
        <source>Generalist, engine, server and behaviour on this machine.</source>
        <translation>Generalist, Engine, Server und Verhalten auf diesem Rechner.</translation>
    </message>
</context>
<context>
    <name>ComparePanel</name>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
</context>
<context>
    <name>Engine.EngineConnection</name>
    <message>
        <source>The engine has ended again and again. A prompt, a save or its button starts it.</source>
        <translation>Die Engine ist wiederholt abgebrochen. Eine Markierung, ein Speichern oder ihr Knopf startet sie.</translation>
    </message>
    <message>
        <source>This takes some seconds.</source>
        <translation>Das dauert einige Sekunden.</translation>
    </message>
    <message>
        <source>It starts with the first prompt.</source>
        <translation>Sie startet mit der ersten Markierung.</translation>
    </message>
    <message>
        <source>on this machine</source>
        <translation>auf diesem Rechner</translation>
    </message>
    <message>
        <source>at {url}: images are sent there</source>
        <translation>auf {url}: Dorthin werden Bilder gesendet</translation>
    </message>
    <message>
        <source>on this machine, run by another Slicer</source>
        <translation>auf diesem Rechner, von einem anderen Slicer betrieben</translation>
    </message>
    <message>
        <source>Version {version} {where}, computing on {device} ({why})</source>
        <translation>Version {version} {where}, rechnet auf {device} ({why})</translation>
    </message>
    <message>
        <source>{told}. It runs the generalist {its}, not {ours} as set here: stop it in the other Slicer to change</source>
        <translation>{told}. Sie benutzt den Generalisten {its}, nicht wie hier eingestellt {ours}: Beenden Sie sie im anderen Slicer, um zu wechseln</translation>
    </message>
    <message>
        <source>The engine was stopped. Start it again in the settings.</source>
        <translation>Die Engine wurde beendet. Starten Sie sie in den Einstellungen wieder.</translation>
    </message>
    <message>
        <source>An address like https://server.hospital.org was expected, got {url}.</source>
        <translation>Erwartet wurde eine Adresse wie https://server.hospital.org, eingegeben ist {url}.</translation>
    </message>
    <message>
        <source>A token was expected, got none. Ask who runs the server for yours.</source>
        <translation>Erwartet wurde ein Token, eingegeben ist keines. Fragen Sie danach, wer den Server betreibt.</translation>
    </message>
</context>
<context>
    <name>Engine.EngineProcess</name>
    <message>
        <source>The engine was to be started with {python}, but it ended at once:
{log}
See Set-up for what is missing.</source>
        <translation>Die Engine sollte mit {python} starten, brach aber sofort ab:
{log}
Was fehlt, steht oben unter Installieren.</translation>
    </message>
    <message>
        <source>The engine was to be started with {python}, but the system refused ({reason}). Name another Python in the settings.</source>
        <translation>Die Engine sollte mit {python} starten, aber das System hat es verweigert ({reason}). Nennen Sie in den Einstellungen ein anderes Python.</translation>
    </message>
    <message>
        <source>The engine was stopped before it was ready.</source>
        <translation>Die Engine wurde beendet, bevor sie bereit war.</translation>
    </message>
    <message>
        <source>The engine&apos;s files were expected in {folder}, but they are gone: the extension was updated or removed while Slicer ran. Save your scene and restart Slicer.</source>
        <translation>Die Dateien der Engine wurden in {folder} erwartet, sind aber weg: Die Erweiterung wurde aktualisiert oder entfernt, während Slicer lief. Speichern Sie Ihre Szene und starten Sie Slicer neu.</translation>
    </message>
</context>
<context>
    <name>Engine.EngineStart</name>
    <message>
        <source>A folder for the tasks was expected at {folder}, but it cannot be made ({reason}). Name another one in the settings.</source>
        <translation>Der Aufgabenordner {folder} lässt sich nicht anlegen ({reason}). Nennen Sie in den Einstellungen einen anderen.</translation>
    </message>
</context>
<context>
    <name>LearningPanel</name>
    <message>
        <source>Learn</source>
        <translation>Lernt</translation>
    </message>
    <message>
        <source>When the specialist learns from what you save. Saved slices are kept either way.</source>
        <translation>Wann der Spezialist aus dem lernt, was Sie speichern. Gespeicherte Schichten bleiben in jedem Fall erhalten.</translation>
    </message>
    <message>
        <source>Learn when so many saved slices wait.</source>
        <translation>Lernen, sobald so viele gespeicherte Schichten warten.</translation>
    </message>
    <message>
        <source>Learn now</source>
        <translation>Jetzt lernen</translation>
    </message>
    <message>
        <source>Pause learning</source>
        <translation>Lernen anhalten</translation>
    </message>
    <message>
        <source>Cancel learning again</source>
        <translation>Erneutes Lernen abbrechen</translation>
    </message>
    <message>
        <source>Specialist&apos;s share</source>
        <translation>Anteil des Spezialisten</translation>
    </message>
    <message>
        <source>How much the learned specialist counts in the proposals; the rest is the generalist. It moves with your corrections.</source>
        <translation>Wie viel der gelernte Spezialist bei den Vorschlägen zählt; der Rest ist der Generalist. Der Anteil ändert sich mit Ihren Korrekturen.</translation>
    </message>
    <message>
        <source>The grey range that the task sees. What lies outside is black or white to it.</source>
        <translation>Der Grauwertbereich, den die Aufgabe sieht. Was außerhalb liegt, ist für sie schwarz oder weiß.</translation>
    </message>
    <message>
        <source>The value that is black to the task</source>
        <translation>Der Wert, der für die Aufgabe schwarz ist</translation>
    </message>
    <message>
        <source>The value that is white to the task</source>
        <translation>Der Wert, der für die Aufgabe weiß ist</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>Setzen</translation>
    </message>
    <message>
        <source>From volume</source>
        <translation>Vom Volumen</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>Every update of this task. The one in use is marked.</source>
        <translation>Jede Änderung dieser Aufgabe. Die benutzte ist gekennzeichnet.</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Undo last update</source>
        <translation>Änderung zurücknehmen</translation>
    </message>
    <message>
        <source>Roll back to selected ...</source>
        <translation>Zur gewählten zurück ...</translation>
    </message>
    <message>
        <source>Saved slices</source>
        <translation>Gespeicherte Schichten</translation>
    </message>
    <message>
        <source>Every saved slice with the Dice of what the generalist alone, the specialist alone and the shown proposal had against it, before anything was learned from it.</source>
        <translation>Jede gespeicherte Schicht mit dem Dice, den der Generalist allein, der Spezialist allein und der gezeigte Vorschlag gegen sie hatten, bevor aus ihr gelernt wurde.</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Saved as</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>Generalist</source>
        <translation>Generalist</translation>
    </message>
    <message>
        <source>Specialist</source>
        <translation>Spezialist</translation>
    </message>
    <message>
        <source>Shown</source>
        <translation>Gezeigt</translation>
    </message>
    <message>
        <source>Forget selected ...</source>
        <translation>Gewählte vergessen ...</translation>
    </message>
    <message>
        <source>Session as CSV ...</source>
        <translation>Sitzung als CSV ...</translation>
    </message>
    <message>
        <source>Export ...</source>
        <translation>Export ...</translation>
    </message>
    <message>
        <source>Write the task into one file for a backup or a colleague. It holds image crops, but no names.</source>
        <translation>Die Aufgabe in eine Datei schreiben, als Sicherung oder für Kollegen. Sie enthält Bildausschnitte, aber keine Namen.</translation>
    </message>
    <message>
        <source>Import ...</source>
        <translation>Import ...</translation>
    </message>
    <message>
        <source>Take in a task that was exported.</source>
        <translation>Eine exportierte Aufgabe aufnehmen.</translation>
    </message>
    <message>
        <source>Reset ...</source>
        <translation>Leeren ...</translation>
    </message>
    <message>
        <source>Delete ...</source>
        <translation>Löschen ...</translation>
    </message>
    <message>
        <source>Grey window</source>
        <translation>Grauwertfenster</translation>
    </message>
    <message>
        <source>Task file</source>
        <translation>Datei</translation>
    </message>
</context>
<context>
    <name>Machine.Dependencies</name>
    <message>
        <source>The PyTorch extension is missing: install it in the Extensions Manager and restart Slicer.</source>
        <translation>Die PyTorch-Erweiterung fehlt: Installieren Sie sie im Extensions Manager und starten Sie Slicer neu.</translation>
    </message>
    <message>
        <source>PyTorch {version} is installed, {needed} is needed: uninstall it in the module PyTorch Utils, restart Slicer, and install again.</source>
        <translation>PyTorch {version} ist installiert, {needed} wird gebraucht: Deinstallieren Sie es im Modul PyTorch Utils, starten Sie Slicer neu und installieren Sie noch einmal.</translation>
    </message>
    <message>
        <source>Slicer&apos;s Python folder is not writable ({folder}).</source>
        <translation>Der Python-Ordner von Slicer ist nicht beschreibbar ({folder}).</translation>
    </message>
    <message>
        <source>The wheel folder {folder} is not there.</source>
        <translation>Den Ordner {folder} mit den Wheels gibt es nicht.</translation>
    </message>
    <message>
        <source>At least {needed} GB are needed in {folder}, {free} GB are free.</source>
        <translation>In {folder} werden mindestens {needed} GB gebraucht, frei sind {free} GB.</translation>
    </message>
    <message>
        <source>Packages are taken from {folder}; nothing is downloaded.</source>
        <translation>Die Pakete kommen aus {folder}; heruntergeladen wird nichts.</translation>
    </message>
    <message>
        <source>Downloads PyTorch (the build that fits this machine&apos;s graphics card or processor) and small packages, some minutes and up to 3 GB. Slicer&apos;s own packages are not replaced.</source>
        <translation>Lädt PyTorch (in der Fassung, die zur Grafikkarte oder zum Prozessor dieses Rechners passt) und kleine Pakete herunter: einige Minuten und bis zu 3 GB. Slicers eigene Pakete werden nicht ersetzt.</translation>
    </message>
    <message>
        <source>Without network: put the wheels into a folder and name it in Settings, Engine, &apos;Wheel folder&apos;. Without write permission: name another Python that has auxol-core in Settings, Engine, &apos;Python&apos;. Or use a server: Settings, Server.</source>
        <translation>Ohne Netz: Legen Sie die Wheels in einen Ordner und nennen Sie ihn unter Einstellungen, Engine, „Wheel-Ordner“. Ohne Schreibrecht: Nennen Sie unter Einstellungen, Engine, „Python“ ein anderes Python, in dem auxol-core installiert ist. Oder benutzen Sie einen Server: Einstellungen, Server.</translation>
    </message>
    <message>
        <source>Everything is installed.</source>
        <translation>Alles ist installiert.</translation>
    </message>
    <message>
        <source>Installing PyTorch ... this takes some minutes.</source>
        <translation>PyTorch wird installiert ... das dauert einige Minuten.</translation>
    </message>
    <message>
        <source>PyTorch is installed. Installing the other packages ...</source>
        <translation>PyTorch ist installiert. Die anderen Pakete werden installiert ...</translation>
    </message>
    <message>
        <source>The wheel folder lacks something: {needed}.</source>
        <translation>Im Wheel-Ordner fehlt etwas: {needed}.</translation>
    </message>
    <message>
        <source>The installation failed ({error}).</source>
        <translation>Die Installation ist fehlgeschlagen ({error}).</translation>
    </message>
    <message>
        <source>Still missing: {names}.</source>
        <translation>Es fehlen noch: {names}.</translation>
    </message>
    <message>
        <source>PyTorch is installed, and stays. Install goes on with what is missing: {names}.</source>
        <translation>PyTorch ist installiert und bleibt. Installieren macht mit dem weiter, was fehlt: {names}.</translation>
    </message>
</context>
<context>
    <name>Machine.GeneralistName</name>
    <message>
        <source>generalist</source>
        <translation>Generalist</translation>
    </message>
    <message>
        <source>built-in network</source>
        <translation>eingebautes Netz</translation>
    </message>
    <message>
        <source>Generalist</source>
        <translation>Generalist</translation>
    </message>
    <message>
        <source>Built-in</source>
        <translation>Eingebaut</translation>
    </message>
</context>
<context>
    <name>Machine.InstallTrouble</name>
    <message>
        <source>The proxy refused the connection. Set HTTPS_PROXY to the proxy&apos;s address, with name and password if it wants them, before you start Slicer.</source>
        <translation>Der Proxy hat die Verbindung abgelehnt. Setzen Sie HTTPS_PROXY auf die Adresse des Proxys, bei Bedarf mit Name und Passwort, bevor Sie Slicer starten.</translation>
    </message>
    <message>
        <source>A certificate was not accepted, as behind a proxy that opens connections. Set PIP_CERT to the file of your institution&apos;s certificates before you start Slicer.</source>
        <translation>Ein Zertifikat wurde nicht anerkannt, wie hinter einem Proxy, der Verbindungen öffnet. Setzen Sie PIP_CERT auf die Datei mit den Zertifikaten Ihrer Einrichtung, bevor Sie Slicer starten.</translation>
    </message>
    <message>
        <source>The disk is full. Free some space, then press Install again.</source>
        <translation>Der Datenträger ist voll. Schaffen Sie Platz und drücken Sie noch einmal Installieren.</translation>
    </message>
    <message>
        <source>A file is in use by another program. Close other windows of Slicer, restart it, then press Install again.</source>
        <translation>Eine Datei wird von einem anderen Programm benutzt. Schließen Sie andere Fenster von Slicer, starten Sie es neu und drücken Sie noch einmal Installieren.</translation>
    </message>
    <message>
        <source>Slicer&apos;s Python folder may not be written. Install Slicer into a folder of your own, or name another Python in the settings.</source>
        <translation>Der Python-Ordner von Slicer ist schreibgeschützt. Installieren Sie Slicer in einen eigenen Ordner oder nennen Sie in den Einstellungen ein anderes Python.</translation>
    </message>
    <message>
        <source>There is no connection to the package server. Check the network, then press Install again.</source>
        <translation>Es gibt keine Verbindung zum Paketserver. Prüfen Sie das Netz und drücken Sie noch einmal Installieren.</translation>
    </message>
    <message>
        <source>A package has no build for this Slicer. A wheel folder has to hold builds for its version of Python and this system.</source>
        <translation>Ein Paket gibt es nicht für dieses Slicer. In einem Wheel-Ordner müssen Fassungen für seine Python-Version und dieses System liegen.</translation>
    </message>
</context>
<context>
    <name>Machine.Language</name>
    <message>
        <source>English</source>
        <translation>Deutsch</translation>
    </message>
</context>
<context>
    <name>Machine.Messages</name>
    <message>
        <source>Something unexpected happened ({details}). Your segments are as they were; copy the diagnostics (Settings) and send them to the developers.</source>
        <translation>Etwas Unerwartetes ist geschehen ({details}). Ihre Segmente sind, wie sie waren; kopieren Sie die Diagnosedaten (Einstellungen) und senden Sie sie den Entwicklern.</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>What was learned meanwhile has changed this proposal. Look at it again, then accept it ({details})</source>
        <translation>Was inzwischen gelernt wurde, hat diesen Vorschlag verändert. Sehen Sie ihn noch einmal an und nehmen Sie ihn dann an ({details})</translation>
    </message>
    <message>
        <source>The chosen generalist is not on this machine. Download it or choose the built-in one ({details})</source>
        <translation>Der gewählte Generalist ist nicht auf diesem Rechner. Laden Sie ihn herunter oder wählen Sie den eingebauten ({details})</translation>
    </message>
    <message>
        <source>The chosen generalist cannot be used. Choose another one or download it again ({details})</source>
        <translation>Der gewählte Generalist ist nicht benutzbar. Wählen Sie einen anderen oder laden Sie ihn noch einmal herunter ({details})</translation>
    </message>
    <message>
        <source>A file could not be read. Check it or choose another one ({details})</source>
        <translation>Eine Datei war nicht lesbar. Prüfen Sie sie oder wählen Sie eine andere ({details})</translation>
    </message>
    <message>
        <source>The task is open in another program. Close it there, then choose the task again ({details})</source>
        <translation>Die Aufgabe ist in einem anderen Programm geöffnet. Schließen Sie sie dort und wählen Sie die Aufgabe dann noch einmal ({details})</translation>
    </message>
    <message>
        <source>The task was written by another version of AuxOLSegment. Update the older one ({details})</source>
        <translation>Die Aufgabe wurde von einer anderen Version von AuxOLSegment geschrieben. Aktualisieren Sie die ältere ({details})</translation>
    </message>
    <message>
        <source>The task was learned with another generalist. Choose that one in Settings, Engine ({details})</source>
        <translation>Die Aufgabe wurde mit einem anderen Generalisten gelernt. Wählen Sie diesen unter Einstellungen, Engine ({details})</translation>
    </message>
    <message>
        <source>The task file is damaged. Import an export of it or restore a copy ({details})</source>
        <translation>Die Aufgabendatei ist beschädigt. Importieren Sie einen Export von ihr oder stellen Sie eine Kopie wieder her ({details})</translation>
    </message>
    <message>
        <source>The disk is full: this was NOT saved. Free some space, then save again ({details})</source>
        <translation>Der Datenträger ist voll: Dies wurde NICHT gespeichert. Schaffen Sie Platz und speichern Sie noch einmal ({details})</translation>
    </message>
    <message>
        <source>The task file cannot be used. Choose another task ({details})</source>
        <translation>Die Aufgabendatei ist nicht benutzbar. Wählen Sie eine andere Aufgabe ({details})</translation>
    </message>
    <message>
        <source>This AuxOLSegment and the server have different versions. Install the same on both sides ({details})</source>
        <translation>Dieses AuxOLSegment und der Server haben verschiedene Versionen. Installieren Sie auf beiden Seiten die gleiche ({details})</translation>
    </message>
    <message>
        <source>The server refused the token. Enter the right one in Settings, Server.</source>
        <translation>Der Server hat das Token abgelehnt. Geben Sie unter Einstellungen, Server das richtige ein.</translation>
    </message>
    <message>
        <source>The engine cannot answer now. Try again in a moment; if it lasts, start the engine again ({details})</source>
        <translation>Die Engine antwortet jetzt nicht. Versuchen Sie es gleich noch einmal; wenn es anhält, starten Sie die Engine neu ({details})</translation>
    </message>
    <message>
        <source>The engine took too long to answer. Try again; if it lasts, start the engine again ({details})</source>
        <translation>Die Engine hat zu lange gebraucht. Versuchen Sie es noch einmal; wenn es anhält, starten Sie die Engine neu ({details})</translation>
    </message>
    <message>
        <source>The engine cannot be reached. Start it again, or check the server&apos;s address in Settings ({details})</source>
        <translation>Die Engine ist nicht erreichbar. Starten Sie sie neu oder prüfen Sie unter Einstellungen die Adresse des Servers ({details})</translation>
    </message>
    <message>
        <source>This file or folder may not be written. Choose another place ({details})</source>
        <translation>Diese Datei oder dieser Ordner ist schreibgeschützt. Wählen Sie einen anderen Ort ({details})</translation>
    </message>
    <message>
        <source>A file is not where it was. Choose it again ({details})</source>
        <translation>Eine Datei ist nicht mehr, wo sie war. Wählen Sie sie noch einmal ({details})</translation>
    </message>
    <message>
        <source>The system refused a file or a connection. Check it, then try again ({details})</source>
        <translation>Das System hat eine Datei oder eine Verbindung verweigert. Prüfen Sie das und versuchen Sie es noch einmal ({details})</translation>
    </message>
    <message>
        <source>The engine refused: {details}</source>
        <translation>Die Engine hat abgelehnt: {details}</translation>
    </message>
    <message>
        <source>The engine no longer has this slice. Prompt or save it once more; it is then sent again.</source>
        <translation>Die Engine hat diese Schicht nicht mehr. Markieren oder speichern Sie noch einmal; dann wird sie neu gesendet.</translation>
    </message>
    <message>
        <source>The task is no longer open. Choose it again in the list of tasks.</source>
        <translation>Die Aufgabe ist nicht mehr geöffnet. Wählen Sie sie noch einmal in der Liste der Aufgaben.</translation>
    </message>
    <message>
        <source>The engine no longer has this proposal. Prompt the object once more.</source>
        <translation>Die Engine hat diesen Vorschlag nicht mehr. Markieren Sie das Objekt noch einmal.</translation>
    </message>
    <message>
        <source>The propagation had ended already. Start it again if slices are missing.</source>
        <translation>Der Lauf durch die Schichten war schon zu Ende. Starten Sie ihn noch einmal, wenn Schichten fehlen.</translation>
    </message>
    <message>
        <source>Not found. Choose another one ({details})</source>
        <translation>Nicht gefunden. Wählen Sie etwas anderes ({details})</translation>
    </message>
    <message>
        <source>Your role in this shared task does not allow this: {details}</source>
        <translation>Ihre Rolle in dieser gemeinsamen Aufgabe erlaubt das nicht: {details}</translation>
    </message>
    <message>
        <source>The task went to another process of the server. Nothing saved is lost. Try again ({details})</source>
        <translation>Die Aufgabe ist an einen anderen Prozess des Servers gegangen. Nichts Gesichertes ist verloren. Versuchen Sie es noch einmal ({details})</translation>
    </message>
</context>
<context>
    <name>OnwardPanel</name>
    <message>
        <source>Accept, save, next</source>
        <translation>OK, sichern, weiter</translation>
    </message>
    <message>
        <source>Save, next</source>
        <translation>Sichern, weiter</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Dann</translation>
    </message>
    <message>
        <source>Which slice comes after a saved one, in the view in use.</source>
        <translation>Welche Schicht auf eine gespeicherte folgt, in der benutzten Ansicht.</translation>
    </message>
    <message>
        <source>towards the end</source>
        <translation>zum Ende hin</translation>
    </message>
    <message>
        <source>worst proposal first</source>
        <translation>schlechtester zuerst</translation>
    </message>
    <message>
        <source>propose ahead</source>
        <translation>vorausschauen</translation>
    </message>
    <message>
        <source>Propose on the next slices by itself while you look at this one. It never touches what you have settled, and a prompt ends it.</source>
        <translation>Auf den nächsten Schichten von selbst vorschlagen, während Sie diese ansehen. Was Sie erledigt haben, bleibt unberührt, und eine Markierung beendet es.</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Show what the keys do in the slice view in use.</source>
        <translation>In der benutzten Schichtansicht zeigen, was die Tasten tun.</translation>
    </message>
</context>
<context>
    <name>Panel.ComparePanel</name>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>There is no proposal on the slice on display.</source>
        <translation>Auf der gezeigten Schicht gibt es keinen Vorschlag.</translation>
    </message>
    <message>
        <source>Show in turn what the generalist says alone, the specialist alone, and both. You accept what you see.</source>
        <translation>Der Reihe nach zeigen, was der Generalist allein sagt, der Spezialist allein und beide. Sie nehmen an, was Sie sehen.</translation>
    </message>
</context>
<context>
    <name>Panel.CurveLabel</name>
    <message>
        <source>Learning curve</source>
        <translation>Lernkurve</translation>
    </message>
    <message>
        <source>Dice (agreement, 0 to 1) with what you saved, each measured before anything was learned from that slice.</source>
        <translation>Dice (Übereinstimmung, 0 bis 1) mit dem, was Sie gespeichert haben; jeweils gemessen, bevor aus der Schicht gelernt wurde.</translation>
    </message>
</context>
<context>
    <name>Panel.GeneralistPanel</name>
    <message>
        <source>{title}, {megabytes} MB, from the internet to this machine.

Licence: {licence}
{page}

Do you accept the licence, and shall it be downloaded?</source>
        <translation>{title}, {megabytes} MB, aus dem Internet auf diesen Rechner.

Lizenz: {licence}
{page}

Nehmen Sie die Lizenz an, und soll er heruntergeladen werden?</translation>
    </message>
    <message>
        <source>Download a generalist</source>
        <translation>Einen Generalisten herunterladen</translation>
    </message>
    <message>
        <source>The task &apos;{task}&apos; was taught beside the {former}. Beside {new} it is learned again from its {count} saved slices; until then proposals come from {new} alone. Nothing is lost, and it can be cancelled under Learning.

Restart the engine and learn it again?</source>
        <translation>Die Aufgabe „{task}“ wurde neben {former} gelehrt. Neben {new} wird sie aus ihren {count} gespeicherten Schichten neu gelernt; bis dahin kommen die Vorschläge allein von {new}. Nichts geht verloren, und unter Lernen kann es abgebrochen werden.

Die Engine neu starten und die Aufgabe neu lernen?</translation>
    </message>
    <message>
        <source>Use another generalist</source>
        <translation>Einen anderen Generalisten benutzen</translation>
    </message>
    <message>
        <source>What came is kept; the next download goes on from there.</source>
        <translation>Was schon da ist, bleibt; der nächste Download macht dort weiter.</translation>
    </message>
    <message>
        <source>The engine is not running: start it first.</source>
        <translation>Die Engine läuft nicht: Starten Sie sie zuerst.</translation>
    </message>
    <message>
        <source>The keeper of the server chooses its generalists.</source>
        <translation>Wer den Server betreibt, wählt dessen Generalisten.</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Herunterladen</translation>
    </message>
    <message>
        <source>Fetch its weights after its licence was told. They are checked by their SHA-256.</source>
        <translation>Die Gewichte holen, nachdem die Lizenz genannt wurde. Sie werden an ihrem SHA-256 geprüft.</translation>
    </message>
    <message>
        <source>Measuring ...</source>
        <translation>Wird gemessen ...</translation>
    </message>
    <message>
        <source>Measure clicks</source>
        <translation>Klicks messen</translation>
    </message>
    <message>
        <source>Being timed: {title}.</source>
        <translation>Gemessen wird: {title}.</translation>
    </message>
    <message>
        <source>Time the first and the next click on this machine; takes some seconds, and nothing is downloaded.</source>
        <translation>Die Zeit des ersten und des nächsten Klicks auf diesem Rechner messen; dauert einige Sekunden, heruntergeladen wird nichts.</translation>
    </message>
    <message>
        <source>A server&apos;s generalist is chosen where it runs.</source>
        <translation>Der Generalist eines Servers wird dort gewählt, wo er läuft.</translation>
    </message>
    <message>
        <source>The engine runs it already.</source>
        <translation>Die Engine benutzt ihn schon.</translation>
    </message>
    <message>
        <source>Its weights are not on this machine yet.</source>
        <translation>Seine Gewichte sind noch nicht auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Restart the engine with this generalist.</source>
        <translation>Die Engine mit diesem Generalisten neu starten.</translation>
    </message>
    <message>
        <source>here</source>
        <translation>vorhanden</translation>
    </message>
    <message>
        <source>download</source>
        <translation>herunterladen</translation>
    </message>
    <message>
        <source>from a file</source>
        <translation>aus einer Datei</translation>
    </message>
    <message>
        <source>recommended</source>
        <translation>empfohlen</translation>
    </message>
    <message>
        <source>A checkpoint file of your own; it is recognised by its content.</source>
        <translation>Ein eigener Checkpoint; er wird an seinem Inhalt erkannt.</translation>
    </message>
    <message>
        <source>Clicks</source>
        <translation>Klicks</translation>
    </message>
    <message>
        <source>On this machine.</source>
        <translation>Auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Not here yet: {megabytes} MB to download.</source>
        <translation>Noch nicht hier: {megabytes} MB herunterzuladen.</translation>
    </message>
    <message>
        <source>Not here: get its file from {page} and give its path above.</source>
        <translation>Nicht hier: Holen Sie die Datei von {page} und geben Sie oben ihren Pfad an.</translation>
    </message>
    <message>
        <source>{done} MB of it have come.</source>
        <translation>{done} MB davon sind da.</translation>
    </message>
    <message>
        <source>Licence:</source>
        <translation>Lizenz:</translation>
    </message>
    <message>
        <source>A file of your own is not downloaded.</source>
        <translation>Eine eigene Datei wird nicht heruntergeladen.</translation>
    </message>
    <message>
        <source>It is on this machine already.</source>
        <translation>Er ist schon auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Its authors name no address or hash to check it by: get the file from {page}.</source>
        <translation>Die Autoren nennen keine Adresse oder keine Prüfsumme: Holen Sie die Datei von {page}.</translation>
    </message>
    <message>
        <source>{megabytes} MB</source>
        <translation>{megabytes} MB</translation>
    </message>
</context>
<context>
    <name>Panel.InputsPanel</name>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Anlegen</translation>
    </message>
    <message>
        <source>This task is open. Choose another one, or type a new name.</source>
        <translation>Diese Aufgabe ist geöffnet. Wählen Sie eine andere oder geben Sie einen neuen Namen ein.</translation>
    </message>
    <message>
        <source>Type a name for what shall be learned.</source>
        <translation>Geben Sie einen Namen für das ein, was gelernt werden soll.</translation>
    </message>
    <message>
        <source>Open this task.</source>
        <translation>Diese Aufgabe öffnen.</translation>
    </message>
    <message>
        <source>Choose a volume first.</source>
        <translation>Wählen Sie zuerst ein Volumen.</translation>
    </message>
    <message>
        <source>its intensity window is set by the first slice</source>
        <translation>die erste Schicht bestimmt ihr Grauwertfenster</translation>
    </message>
    <message>
        <source>intensity window {low} to {high}</source>
        <translation>Grauwertfenster {low} bis {high}</translation>
    </message>
    <message>
        <source>Generalist: {generalist}; {window}; version {version}.</source>
        <translation>Generalist: {generalist}; {window}; Version {version}.</translation>
    </message>
    <message>
        <source>Add a segment to the segmentation; the first makes that, too.</source>
        <translation>Der Segmentierung ein Segment hinzufügen; mit dem ersten entsteht auch sie.</translation>
    </message>
    <message>
        <source>There is no segment yet: the first prompt makes one, or press New.</source>
        <translation>Noch gibt es kein Segment: Die erste Markierung legt eines an, oder drücken Sie Neu.</translation>
    </message>
    <message>
        <source>The segment that you work on. Its name and colour are in the Segment Editor below, under All segments.</source>
        <translation>Das Segment, an dem Sie arbeiten. Name und Farbe stehen unten im Segment Editor, unter Alle Segmente.</translation>
    </message>
    <message>
        <source>What is being learned, such as &quot;liver, portal CT&quot;. The first prompt opens or makes the one that stands here; to have another one, choose it, or type a new name and press Create.</source>
        <translation>Was gelernt wird, zum Beispiel „Leber, CT portalvenös“. Die erste Markierung öffnet die Aufgabe, die hier steht, oder legt sie an; für eine andere wählen Sie diese oder geben Sie einen neuen Namen ein und drücken Sie Anlegen.</translation>
    </message>
    <message>
        <source>Make a new task of this name; it starts with nothing learned. The first prompt does it by itself.</source>
        <translation>Eine neue Aufgabe dieses Namens anlegen; sie hat anfangs nichts gelernt. Die erste Markierung tut das von selbst.</translation>
    </message>
    <message>
        <source>Prompt first, or add a segment: press New.</source>
        <translation>Markieren Sie zuerst oder fügen Sie ein Segment hinzu: Drücken Sie Neu.</translation>
    </message>
    <message>
        <source>The engine is not running: press Start engine at the top, or prompt.</source>
        <translation>Die Engine läuft nicht: Drücken Sie oben Engine starten oder markieren Sie.</translation>
    </message>
    <message>
        <source>Prompt first, or choose or create a task.</source>
        <translation>Markieren Sie zuerst, oder wählen Sie eine Aufgabe oder legen Sie eine an.</translation>
    </message>
    <message>
        <source>What is being learned; it serves for other images too. The first prompt opens or makes the task.</source>
        <translation>Was gelernt wird; es gilt auch für andere Bilder. Die erste Markierung öffnet die Aufgabe oder legt sie an.</translation>
    </message>
</context>
<context>
    <name>Panel.LearningCurve</name>
    <message>
        <source>saved slice</source>
        <translation>gespeicherte Schicht</translation>
    </message>
    <message>
        <source>saved slice (lines: mean of the last {count})</source>
        <translation>gespeicherte Schicht (Linien: Mittel der letzten {count})</translation>
    </message>
    <message>
        <source>Dice</source>
        <translation>Dice</translation>
    </message>
    <message>
        <source>Specialist</source>
        <translation>Spezialist</translation>
    </message>
    <message>
        <source>Fused</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>The curve begins with the first saved slice.</source>
        <translation>Die Kurve beginnt mit der ersten gespeicherten Schicht.</translation>
    </message>
    <message>
        <source>saved slice; hollow: confirmed unchanged</source>
        <translation>gespeicherte Schicht; hohl: unverändert bestätigt</translation>
    </message>
    <message>
        <source>saved slice (lines: mean of the last {count}); marked: confirmed unchanged</source>
        <translation>gespeicherte Schicht (Linien: Mittel der letzten {count}); gekennzeichnet: unverändert bestätigt</translation>
    </message>
</context>
<context>
    <name>Panel.LearningPanel</name>
    <message>
        <source>after each saved slice</source>
        <translation>nach jeder gespeicherten Schicht</translation>
    </message>
    <message>
        <source>after several saved slices</source>
        <translation>nach mehreren gespeicherten Schichten</translation>
    </message>
    <message>
        <source>only when I press Learn now</source>
        <translation>nur wenn ich Jetzt lernen drücke</translation>
    </message>
    <message>
        <source>Stop learning the task &apos;{task}&apos; again? It will be as it was, beside the generalist that it learned with. Slices that were saved since stay saved and wait.</source>
        <translation>Das erneute Lernen der Aufgabe „{task}“ beenden? Sie ist dann wie vorher, neben dem Generalisten, mit dem sie gelernt hat. Seither gespeicherte Schichten bleiben gespeichert und warten.</translation>
    </message>
    <message>
        <source>Cancel learning again</source>
        <translation>Erneutes Lernen abbrechen</translation>
    </message>
    <message>
        <source>Go back to version {version}? Later corrections stay listed but are no longer learned from.</source>
        <translation>Zur Version {version} zurückgehen? Spätere Korrekturen bleiben in der Liste, aus ihnen wird aber nicht mehr gelernt.</translation>
    </message>
    <message>
        <source>Roll back</source>
        <translation>Zurückgehen</translation>
    </message>
    <message>
        <source>Delete saved slice {number} and its image crop? What came after it is learned anew.</source>
        <translation>Die gespeicherte Schicht {number} und ihren Bildausschnitt löschen? Was danach kam, wird neu gelernt.</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Delete everything that the task &apos;{task}&apos; has learned? Your segments stay.</source>
        <translation>Alles löschen, was die Aufgabe „{task}“ gelernt hat? Ihre Segmente bleiben.</translation>
    </message>
    <message>
        <source>Reset task</source>
        <translation>Aufgabe zurücksetzen</translation>
    </message>
    <message>
        <source>Delete the task &apos;{task}&apos; and its file for good? Your segments stay.</source>
        <translation>Die Aufgabe „{task}“ und ihre Datei endgültig löschen? Ihre Segmente bleiben.</translation>
    </message>
    <message>
        <source>Delete task</source>
        <translation>Aufgabe löschen</translation>
    </message>
    <message>
        <source>Save the session as CSV</source>
        <translation>Die Sitzung als CSV speichern</translation>
    </message>
    <message>
        <source>Export the task</source>
        <translation>Die Aufgabe exportieren</translation>
    </message>
    <message>
        <source>Import a task</source>
        <translation>Eine Aufgabe importieren</translation>
    </message>
    <message>
        <source>Learning is paused</source>
        <translation>Das Lernen ist angehalten</translation>
    </message>
    <message>
        <source>Pause learning</source>
        <translation>Lernen anhalten</translation>
    </message>
    <message>
        <source>Dice of the {generalist} alone</source>
        <translation>Dice allein von: {generalist}</translation>
    </message>
    <message>
        <source>Choose or create a task first.</source>
        <translation>Wählen Sie zuerst eine Aufgabe oder legen Sie eine an.</translation>
    </message>
    <message>
        <source>The engine is not running.</source>
        <translation>Die Engine läuft nicht.</translation>
    </message>
    <message>
        <source>Nothing has been saved yet.</source>
        <translation>Noch ist nichts gespeichert.</translation>
    </message>
    <message>
        <source>The task is then as it was before another generalist was chosen.</source>
        <translation>Die Aufgabe ist dann, wie sie war, bevor ein anderer Generalist gewählt wurde.</translation>
    </message>
    <message>
        <source>Learn from every saved slice that waits.</source>
        <translation>Aus jeder gespeicherten Schicht lernen, die wartet.</translation>
    </message>
    <message>
        <source>Saved slices are kept and wait while learning is paused.</source>
        <translation>Gespeicherte Schichten bleiben erhalten und warten, solange das Lernen angehalten ist.</translation>
    </message>
    <message>
        <source>Back to the version before the current one.</source>
        <translation>Zurück zur Version vor der jetzigen.</translation>
    </message>
    <message>
        <source>Back to the version selected in the list.</source>
        <translation>Zurück zur Version, die in der Liste gewählt ist.</translation>
    </message>
    <message>
        <source>Select a saved slice in the list first.</source>
        <translation>Wählen Sie zuerst in der Liste eine gespeicherte Schicht.</translation>
    </message>
    <message>
        <source>Delete a wrong lesson, and learn without it.</source>
        <translation>Eine falsche Lektion löschen und ohne sie lernen.</translation>
    </message>
    <message>
        <source>Write slices, edits and times of this session into a table.</source>
        <translation>Schichten, Änderungen und Zeiten dieser Sitzung in eine Tabelle schreiben.</translation>
    </message>
    <message>
        <source>One file, for a backup or a colleague. It holds image crops, no names.</source>
        <translation>Eine Datei, als Sicherung oder für Kollegen. Sie enthält Bildausschnitte, keine Namen.</translation>
    </message>
    <message>
        <source>Take in a task that was exported, under the name of its file.</source>
        <translation>Eine exportierte Aufgabe unter dem Namen ihrer Datei aufnehmen.</translation>
    </message>
    <message>
        <source>Delete the task with its file.</source>
        <translation>Die Aufgabe mit ihrer Datei löschen.</translation>
    </message>
    <message>
        <source>Delete what this task has learned.</source>
        <translation>Löschen, was diese Aufgabe gelernt hat.</translation>
    </message>
    <message>
        <source>No saved slice waits to be learned.</source>
        <translation>Keine gespeicherte Schicht wartet darauf, gelernt zu werden.</translation>
    </message>
    <message>
        <source>Nothing has been learned yet.</source>
        <translation>Noch ist nichts gelernt.</translation>
    </message>
    <message>
        <source>Select a version in the list first.</source>
        <translation>Wählen Sie zuerst in der Liste eine Version.</translation>
    </message>
    <message>
        <source>This version is in use already.</source>
        <translation>Diese Version wird schon benutzt.</translation>
    </message>
    <message>
        <source>This version was discarded; select a learned one.</source>
        <translation>Diese Version wurde verworfen; wählen Sie eine gelernte.</translation>
    </message>
    <message>
        <source>From the Dice of each saved slice, taken before anything was learned from it: what was shown beside what the generalist alone would have shown. Voxels: two times those that you saved, times that difference, which is exact where a proposal is as large as what you saved; known of the slices that were saved since this scene was opened and have one object.</source>
        <translation>Aus dem Dice jeder gespeicherten Schicht, bestimmt, bevor aus ihr gelernt wurde: was gezeigt wurde, neben dem, was der Generalist allein gezeigt hätte. Voxel: zweimal die Zahl der von Ihnen gespeicherten, mal diesem Unterschied; das ist genau, wo ein Vorschlag so groß ist wie das, was Sie gespeichert haben. Bekannt für Schichten mit einem Objekt, die gespeichert wurden, seit diese Szene geöffnet ist.</translation>
    </message>
    <message>
        <source>{count} saved slices are not learned yet, and are not what this takes back: it undoes the last update that was learned. To be rid of a slice that waits, use Forget. Undo the last update?</source>
        <translation>{count} gespeicherte Schichten sind noch nicht gelernt und werden hiermit nicht zurückgenommen: Rückgängig gemacht wird das letzte Gelernte. Um eine wartende Schicht loszuwerden, nehmen Sie „Vergessen“. Das letzte Gelernte rückgängig machen?</translation>
    </message>
    <message>
        <source>Undo last update</source>
        <translation>Änderung zurücknehmen</translation>
    </message>
</context>
<context>
    <name>Panel.LearningTexts</name>
    <message>
        <source>No task is open.</source>
        <translation>Keine Aufgabe ist geöffnet.</translation>
    </message>
    <message>
        <source>This task was taught with another network or program. It is being learned again from your saved slices, {done} of {total}; until then proposals come from the {generalist} alone. Nothing is lost.</source>
        <translation>Diese Aufgabe wurde mit einem anderen Netz oder Programm gelehrt. Sie wird aus Ihren gespeicherten Schichten neu gelernt, {done} von {total}; bis dahin kommen die Vorschläge allein von: {generalist}. Nichts geht verloren.</translation>
    </message>
    <message>
        <source>Learning: step {done} of {total}.</source>
        <translation>Lernt: Schritt {done} von {total}.</translation>
    </message>
    <message>
        <source>Learning ...</source>
        <translation>Lernt ...</translation>
    </message>
    <message>
        <source>Paused; {queued} saved slices wait.</source>
        <translation>Angehalten; gespeicherte Schichten, die warten: {queued}.</translation>
    </message>
    <message>
        <source>{queued} saved slices wait to be learned.</source>
        <translation>Gespeicherte Schichten, die noch zu lernen sind: {queued}.</translation>
    </message>
    <message>
        <source>Everything saved has been learned.</source>
        <translation>Alles Gespeicherte ist gelernt.</translation>
    </message>
    <message>
        <source>Nothing has been learned yet.</source>
        <translation>Noch ist nichts gelernt.</translation>
    </message>
    <message>
        <source>{corrections} corrections, {confirmations} confirmed unchanged; version {version}.</source>
        <translation>Korrekturen: {corrections}, unverändert bestätigt: {confirmations}; Version {version}.</translation>
    </message>
    <message>
        <source>Whether learning pays is told from the first saved slice in which the specialist took part.</source>
        <translation>Ob sich das Lernen lohnt, steht hier ab der ersten gespeicherten Schicht, an der der Spezialist beteiligt war.</translation>
    </message>
    <message>
        <source>Learning has made no difference so far: on {slices} saved slices what was shown is as near to what you saved as the {generalist} alone.</source>
        <translation>Das Lernen hat bisher keinen Unterschied gemacht: Auf {slices} gespeicherten Schichten ist das Gezeigte dem, was Sie gespeichert haben, so nah wie der Generalist allein ({generalist}).</translation>
    </message>
    <message>
        <source>Learning has paid so far: on {slices} saved slices what was shown is nearer to what you saved than the {generalist} alone, by {dice:.3f} Dice.</source>
        <translation>Das Lernen hat sich bisher gelohnt: Auf {slices} gespeicherten Schichten ist das Gezeigte dem, was Sie gespeichert haben, näher als der Generalist allein ({generalist}), um {dice:.3f} Dice.</translation>
    </message>
    <message>
        <source>Learning has not paid so far: on {slices} saved slices what was shown is farther from what you saved than the {generalist} alone, by {dice:.3f} Dice.</source>
        <translation>Das Lernen hat sich bisher nicht gelohnt: Auf {slices} gespeicherten Schichten ist das Gezeigte von dem, was Sie gespeichert haben, weiter entfernt als der Generalist allein ({generalist}), um {dice:.3f} Dice.</translation>
    </message>
    <message>
        <source>On {known} slices of this scene that is about {voxels} voxels fewer to change.</source>
        <translation>Auf {known} Schichten dieser Szene sind das etwa {voxels} Voxel weniger zu ändern.</translation>
    </message>
    <message>
        <source>On {known} slices of this scene that is about {voxels} voxels more to change.</source>
        <translation>Auf {known} Schichten dieser Szene sind das etwa {voxels} Voxel mehr zu ändern.</translation>
    </message>
    <message>
        <source>gone over again</source>
        <translation>noch einmal durchgegangen</translation>
    </message>
    <message>
        <source>1 slice</source>
        <translation>1 Schicht</translation>
    </message>
    <message>
        <source>{count} slices</source>
        <translation>{count} Schichten</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>in Benutzung</translation>
    </message>
    <message>
        <source>learned</source>
        <translation>gelernt</translation>
    </message>
    <message>
        <source>discarded: {reason}</source>
        <translation>verworfen: {reason}</translation>
    </message>
    <message>
        <source>{count} s</source>
        <translation>{count} s</translation>
    </message>
    <message>
        <source>unchanged</source>
        <translation>unverändert</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>korrigiert</translation>
    </message>
    <message>
        <source>{left} saved slices are not in the version that is in use.</source>
        <translation>{left} gespeicherte Schichten sind nicht in der verwendeten Version.</translation>
    </message>
</context>
<context>
    <name>Panel.OnwardPanel</name>
    <message>
        <source>There is no proposal on the slice on display.</source>
        <translation>Auf der gezeigten Schicht gibt es keinen Vorschlag.</translation>
    </message>
    <message>
        <source>Accept the proposal as it is, save the slice and show the next one.</source>
        <translation>Den Vorschlag annehmen, wie er ist, die Schicht speichern und die nächste zeigen.</translation>
    </message>
    <message>
        <source>Save the slice as it is now and show the next one.</source>
        <translation>Die Schicht speichern, wie sie jetzt ist, und die nächste zeigen.</translation>
    </message>
    <message>
        <source>Accept, save, next</source>
        <translation>OK, sichern, weiter</translation>
    </message>
    <message>
        <source>Save, next</source>
        <translation>Sichern, weiter</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>The keys are switched off in Settings.</source>
        <translation>Die Tasten sind in den Einstellungen ausgeschaltet.</translation>
    </message>
    <message>
        <source>Show what the keys do in the slice view in use.</source>
        <translation>In der benutzten Schichtansicht zeigen, was die Tasten tun.</translation>
    </message>
</context>
<context>
    <name>Panel.PreparingRow</name>
    <message>
        <source>Stop preparing this slice. Your marks stay; the next one asks again.</source>
        <translation>Diese Schicht nicht weiter vorbereiten. Ihre Markierungen bleiben; die nächste fragt wieder.</translation>
    </message>
</context>
<context>
    <name>Panel.PresencePicture</name>
    <message>
        <source>settled</source>
        <translation>erledigt</translation>
    </message>
    <message>
        <source>found</source>
        <translation>gefunden</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>not looked at</source>
        <translation>nicht angesehen</translation>
    </message>
    <message>
        <source>nothing proposed</source>
        <translation>nichts vorgeschlagen</translation>
    </message>
    <message>
        <source>slice {index}: {told}</source>
        <translation>Schicht {index}: {told}</translation>
    </message>
    <message>
        <source>{count} {standing}</source>
        <translation>{count} {standing}</translation>
    </message>
    <message>
        <source>On display, {slice}.</source>
        <translation>Gezeigt wird {slice}.</translation>
    </message>
    <message>
        <source>Of {count} slices: {told}. {here}</source>
        <translation>Von {count} Schichten: {told}. {here}</translation>
    </message>
    <message>
        <source>No curve: the task has not learned yet where it is.</source>
        <translation>Keine Kurve: Die Aufgabe hat noch nicht gelernt, wo die Struktur ist.</translation>
    </message>
    <message>
        <source>presence 0 to 1</source>
        <translation>Vorkommen 0 bis 1</translation>
    </message>
    <message>
        <source>Slices along the volume</source>
        <translation>Schichten entlang des Volumens</translation>
    </message>
    <message>
        <source>proposed</source>
        <translation>vorgeschlagen</translation>
    </message>
    <message>
        <source>open</source>
        <translation>offen</translation>
    </message>
    <message>
        <source>Along the volume: which slices are settled, proposed or open. A click goes to a slice.</source>
        <translation>Entlang des Volumens: welche Schichten erledigt, vorgeschlagen oder offen sind. Ein Klick führt zu einer Schicht.</translation>
    </message>
    <message>
        <source>The slices of the volume are drawn here.</source>
        <translation>Hier werden die Schichten des Volumens gezeichnet.</translation>
    </message>
</context>
<context>
    <name>Panel.PromptPanel</name>
    <message>
        <source>There is no prompt yet.</source>
        <translation>Noch gibt es keine Markierung.</translation>
    </message>
    <message>
        <source>Select a prompt in the list first.</source>
        <translation>Wählen Sie zuerst in der Liste eine Markierung.</translation>
    </message>
    <message>
        <source>Take back the last click or line of the selected object.</source>
        <translation>Den letzten Klick oder Strich des gewählten Objekts zurücknehmen.</translation>
    </message>
    <message>
        <source>Remove the selected object with all that shows it.</source>
        <translation>Das gewählte Objekt mit allem, was es zeigt, entfernen.</translation>
    </message>
    <message>
        <source>Remove all prompts. Your segments stay as they are.</source>
        <translation>Alle Markierungen entfernen. Ihre Segmente bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Drag a box around the object in any slice view.</source>
        <translation>Ziehen Sie in einer Schichtansicht einen Kasten um das Objekt.</translation>
    </message>
    <message>
        <source>Draw a line around the object in any slice view, roughly.</source>
        <translation>Umfahren Sie das Objekt grob in einer Schichtansicht.</translation>
    </message>
    <message>
        <source>Draw a line on the object in any slice view; with Ctrl, on what does not belong to it.</source>
        <translation>Ziehen Sie in einer Schichtansicht einen Strich auf dem Objekt; mit Strg auf dem, was nicht dazugehört.</translation>
    </message>
    <message>
        <source>Click inside the object in any slice view.</source>
        <translation>Klicken Sie in einer Schichtansicht in das Objekt.</translation>
    </message>
    <message>
        <source>Click on what does not belong to the object.</source>
        <translation>Klicken Sie auf etwas, das nicht zum Objekt gehört.</translation>
    </message>
    <message>
        <source>Choose how to mark it, then mark the object in any slice view.</source>
        <translation>Wählen Sie, womit Sie markieren, und markieren Sie das Objekt in einer Schichtansicht.</translation>
    </message>
    <message>
        <source>Drag a box around an object. Each box begins a new object. Press again to stop.</source>
        <translation>Einen Kasten um ein Objekt ziehen. Jeder Kasten beginnt ein neues Objekt. Noch einmal drücken beendet.</translation>
    </message>
    <message>
        <source>Draw around an object, roughly. Each lasso begins a new object. Press again to stop.</source>
        <translation>Ein Objekt grob umfahren. Jedes Lasso beginnt ein neues Objekt. Noch einmal drücken beendet.</translation>
    </message>
    <message>
        <source>Draw a line on the object, or with Ctrl held on what does not belong to it; refines the proposal on this slice. Press again to stop.</source>
        <translation>Einen Strich auf dem Objekt ziehen, oder mit gehaltener Strg-Taste auf dem, was nicht dazugehört; verfeinert den Vorschlag auf dieser Schicht. Noch einmal drücken beendet.</translation>
    </message>
    <message>
        <source>Click inside the object; refines the proposal on this slice. Press again to stop.</source>
        <translation>In das Objekt klicken; verfeinert den Vorschlag auf dieser Schicht. Noch einmal drücken beendet.</translation>
    </message>
    <message>
        <source>Click on what the proposal took by mistake. Press again to stop.</source>
        <translation>Auf das klicken, was der Vorschlag zu Unrecht enthält. Noch einmal drücken beendet.</translation>
    </message>
    <message>
        <source>A proposal is on display.</source>
        <translation>Ein Vorschlag wird gezeigt.</translation>
    </message>
    <message>
        <source>No proposal on the slices on display.</source>
        <translation>Kein Vorschlag auf den gezeigten Schichten.</translation>
    </message>
    <message>
        <source>There is no proposal on the slices on display.</source>
        <translation>Auf den gezeigten Schichten gibt es keinen Vorschlag.</translation>
    </message>
    <message>
        <source>Add the proposal to your segment, as one step that the editor can undo.</source>
        <translation>Den Vorschlag in Ihr Segment übernehmen, als ein Schritt, den der Editor rückgängig machen kann.</translation>
    </message>
    <message>
        <source>Take the proposal away. Your segment stays as it is.</source>
        <translation>Den Vorschlag wegnehmen. Ihr Segment bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>Save the slices on display. Each saved slice teaches the task.</source>
        <translation>Die gezeigten Schichten speichern. Aus jeder gespeicherten Schicht lernt die Aufgabe.</translation>
    </message>
    <message>
        <source>No accepted or edited slice waits to be saved.</source>
        <translation>Keine angenommene oder bearbeitete Schicht wartet auf das Speichern.</translation>
    </message>
    <message>
        <source>Save every accepted or edited slice that was on display after its last change.</source>
        <translation>Jede angenommene oder bearbeitete Schicht speichern, die nach ihrer letzten Änderung gezeigt wurde.</translation>
    </message>
    <message>
        <source>Save that the structure is nowhere on this slice. A proposal on it is refused; your own voxels stay.</source>
        <translation>Speichern, dass die Struktur auf dieser Schicht nirgends ist. Ein Vorschlag auf ihr wird abgelehnt; Ihre eigenen Voxel bleiben.</translation>
    </message>
    <message>
        <source>{tip} Key: {key}</source>
        <translation>{tip} Taste: {key}</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>Kasten</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Scribble</source>
        <translation>Strich</translation>
    </message>
    <message>
        <source>+ Point</source>
        <translation>+ Punkt</translation>
    </message>
    <message>
        <source>− Point</source>
        <translation>− Punkt</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Save slice</source>
        <translation>Schicht sichern</translation>
    </message>
    <message>
        <source>Nothing here</source>
        <translation>Hier nichts</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>{count} proposed</source>
        <translation>{count} vorgeschlagen</translation>
    </message>
    <message>
        <source>{count} accepted</source>
        <translation>{count} angenommen</translation>
    </message>
    <message>
        <source>{count} edited</source>
        <translation>{count} bearbeitet</translation>
    </message>
    <message>
        <source>{count} saved</source>
        <translation>{count} gespeichert</translation>
    </message>
    <message>
        <source>Accept a proposal or draw with the Segment Editor below, then save: that is what teaches.</source>
        <translation>Nehmen Sie einen Vorschlag an oder zeichnen Sie unten im Segment Editor, dann speichern Sie: Daraus wird gelernt.</translation>
    </message>
    <message>
        <source>{count} changed but not looked at</source>
        <translation>{count} geändert, aber nicht angesehen</translation>
    </message>
    <message>
        <source>Slices: {parts}.</source>
        <translation>Schichten: {parts}.</translation>
    </message>
    <message>
        <source>3  Proposal, repair, save</source>
        <translation>3  Vorschlag, nachbessern, sichern</translation>
    </message>
    <message>
        <source>{title}: {view}, {plane} {index}</source>
        <translation>{title}: {view}, {plane} {index}</translation>
    </message>
</context>
<context>
    <name>Panel.ReviewList</name>
    <message>
        <source>The volume of the slice is not in the scene any more. Choose another one.</source>
        <translation>Das Volumen der Schicht ist nicht mehr in der Szene. Wählen Sie ein anderes.</translation>
    </message>
</context>
<context>
    <name>Panel.ReviewPanel</name>
    <message>
        <source>{done} of {total} slices</source>
        <translation>{done} von {total} Schichten</translation>
    </message>
    <message>
        <source>Slices are being proposed.</source>
        <translation>Schichten werden vorgeschlagen.</translation>
    </message>
    <message>
        <source>Accept or draw the structure on one slice first: it is the seed.</source>
        <translation>Nehmen Sie zuerst auf einer Schicht an oder zeichnen Sie dort: Von ihr geht es aus.</translation>
    </message>
    <message>
        <source>The first slice lies behind the last one.</source>
        <translation>Die erste Schicht liegt hinter der letzten.</translation>
    </message>
    <message>
        <source>Propose on every slice of the range, starting at the slices that you accepted or edited.</source>
        <translation>Auf jeder Schicht des Bereichs vorschlagen, ausgehend von den Schichten, die Sie angenommen oder bearbeitet haben.</translation>
    </message>
    <message>
        <source>Save the structure on one slice first: it tells where to look.</source>
        <translation>Speichern Sie die Struktur zuerst auf einer Schicht: Das zeigt, wo zu suchen ist.</translation>
    </message>
    <message>
        <source>Look for the structure, without a box or a click, where nobody has filled, saved or prompted a slice.</source>
        <translation>Die Struktur ohne Kasten und Klick dort suchen, wo niemand gefüllt, gespeichert oder markiert hat.</translation>
    </message>
    <message>
        <source>Propose on the slices beside the one on display.</source>
        <translation>Auf den Schichten neben der gezeigten vorschlagen.</translation>
    </message>
    <message>
        <source>Nothing is under way.</source>
        <translation>Es läuft nichts.</translation>
    </message>
    <message>
        <source>Stop; the proposals that came stay.</source>
        <translation>Anhalten; die Vorschläge, die schon da sind, bleiben.</translation>
    </message>
    <message>
        <source>Choose a volume first.</source>
        <translation>Wählen Sie zuerst ein Volumen.</translation>
    </message>
    <message>
        <source>The whole volume along the direction of the view.</source>
        <translation>Das ganze Volumen in Richtung der Ansicht.</translation>
    </message>
    <message>
        <source>The slice on display alone.</source>
        <translation>Nur die gezeigte Schicht.</translation>
    </message>
    <message>
        <source>1 slice</source>
        <translation>1 Schicht</translation>
    </message>
    <message>
        <source>{count} slices</source>
        <translation>{count} Schichten</translation>
    </message>
    <message>
        <source>No proposal has an estimated quality as high as that.</source>
        <translation>Kein Vorschlag hat eine so hohe geschätzte Güte.</translation>
    </message>
    <message>
        <source>Accept these proposals without a look at each; they are listed then.</source>
        <translation>Diese Vorschläge ohne einzelnen Blick annehmen; sie werden dann aufgelistet.</translation>
    </message>
    <message>
        <source>Review ({count})</source>
        <translation>Prüfen ({count})</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Prüfen</translation>
    </message>
</context>
<context>
    <name>Panel.ReviewTexts</name>
    <message>
        <source>nothing here</source>
        <translation>hier nichts</translation>
    </message>
    <message>
        <source>found</source>
        <translation>gefunden</translation>
    </message>
    <message>
        <source>{state}, generalist alone</source>
        <translation>{state}, nur Generalist</translation>
    </message>
    <message>
        <source>{state}, specialist alone</source>
        <translation>{state}, nur Spezialist</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>proposed</source>
        <translation>vorgeschlagen</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>angenommen</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>bearbeitet</translation>
    </message>
    <message>
        <source>saved</source>
        <translation>gespeichert</translation>
    </message>
    <message>
        <source>Find looks where your saved slices had it.</source>
        <translation>Suchen sieht dort nach, wo Ihre gespeicherten Schichten die Struktur hatten.</translation>
    </message>
    <message>
        <source>Find was taught with {there} slices with it and {empty} without it.</source>
        <translation>Suchen lernte aus {there} Schichten mit ihr und {empty} ohne sie.</translation>
    </message>
    <message>
        <source>{told} Go to a slice without it and press Nothing here.</source>
        <translation>{told} Gehen Sie auf eine Schicht ohne sie und drücken Sie Hier nichts.</translation>
    </message>
    <message>
        <source>Proposals to decide on: {count}; click one to see it.</source>
        <translation>Vorschläge, über die zu entscheiden ist: {count}; ein Klick zeigt einen davon.</translation>
    </message>
    <message>
        <source>Changed but not looked at, so not taught: {count}.</source>
        <translation>Geändert, aber nicht angesehen, also nicht gelehrt: {count}.</translation>
    </message>
    <message>
        <source>No proposal waits.</source>
        <translation>Kein Vorschlag wartet.</translation>
    </message>
    <message>
        <source>Cancelled after {done} of {total} slices; the proposals that came stay.</source>
        <translation>Nach {done} von {total} Schichten abgebrochen; die Vorschläge, die schon da sind, bleiben.</translation>
    </message>
    <message>
        <source>It ended early, after {done} of {total} slices; the status line says why.</source>
        <translation>Es endete vorzeitig, nach {done} von {total} Schichten; die Statuszeile sagt, warum.</translation>
    </message>
    <message>
        <source>Looked at {total} slices and found it on {found}.</source>
        <translation>Auf {total} Schichten nachgesehen, auf {found} gefunden.</translation>
    </message>
    <message>
        <source>Nothing was proposed: it ends on the slices beside those that are filled.</source>
        <translation>Nichts wurde vorgeschlagen: Die Struktur endet auf den Schichten neben den gefüllten.</translation>
    </message>
    <message>
        <source>Proposed on all {total} slices that were asked for.</source>
        <translation>Auf allen {total} gewünschten Schichten vorgeschlagen.</translation>
    </message>
    <message>
        <source>Proposed on {found} of {total} slices, until it was not seen any more.</source>
        <translation>Auf {found} von {total} Schichten vorgeschlagen, bis die Struktur nicht mehr zu sehen war.</translation>
    </message>
</context>
<context>
    <name>Panel.Sections</name>
    <message>
        <source>1  Image, segment and task</source>
        <translation>1  Bild, Segment und Aufgabe</translation>
    </message>
    <message>
        <source>1  {chosen}</source>
        <translation>1  {chosen}</translation>
    </message>
</context>
<context>
    <name>Panel.SeedsPanel</name>
    <message>
        <source>Slices are being proposed.</source>
        <translation>Schichten werden vorgeschlagen.</translation>
    </message>
    <message>
        <source>Continue the segment that is there already: propose on the slices beside those that it fills, in the direction of the view. Nothing is taught by it.</source>
        <translation>Das vorhandene Segment fortsetzen: auf den Schichten neben denen vorschlagen, die es füllt, in Richtung der Ansicht. Gelernt wird daraus nichts.</translation>
    </message>
    <message>
        <source>Propose on the slices that lie between two filled ones, in the direction of the view.</source>
        <translation>Auf den Schichten vorschlagen, die zwischen zwei gefüllten liegen, in Richtung der Ansicht.</translation>
    </message>
    <message>
        <source>Save some slices of the segment as lessons, too, spread over it: at most 12. Else nothing is taught.</source>
        <translation>Auch einige Schichten des Segments als Lektionen speichern, über das Segment verteilt: höchstens 12. Sonst wird nichts gelernt.</translation>
    </message>
</context>
<context>
    <name>Panel.SettingsPanel</name>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>Prozessor (CPU)</translation>
    </message>
    <message>
        <source>NVIDIA graphics card (CUDA)</source>
        <translation>NVIDIA-Grafikkarte (CUDA)</translation>
    </message>
    <message>
        <source>Not at all</source>
        <translation>Gar nicht</translation>
    </message>
    <message>
        <source>A little after each save</source>
        <translation>Etwas nach jedem Speichern</translation>
    </message>
    <message>
        <source>As long as it helps</source>
        <translation>Solange es hilft</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programm</translation>
    </message>
    <message>
        <source>Asking the server ...</source>
        <translation>Der Server wird gefragt ...</translation>
    </message>
    <message>
        <source>The diagnostics are in the clipboard.</source>
        <translation>Die Diagnosedaten sind in der Zwischenablage.</translation>
    </message>
    <message>
        <source>Tick the box above first: a server is used only if you say so.</source>
        <translation>Kreuzen Sie zuerst das Kästchen oben an: Ein Server wird nur benutzt, wenn Sie es sagen.</translation>
    </message>
    <message>
        <source>Address of the AuxOL server, with its port.</source>
        <translation>Adresse des AuxOL-Servers, mit seinem Port.</translation>
    </message>
    <message>
        <source>The token that the keeper of the server gave you; kept on this machine.</source>
        <translation>Das Token, das Sie vom Betreiber des Servers haben; es bleibt auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Enter the address of the server first.</source>
        <translation>Geben Sie zuerst die Adresse des Servers ein.</translation>
    </message>
    <message>
        <source>Ask the server who it is. No image is sent.</source>
        <translation>Den Server fragen, wer er ist. Kein Bild wird gesendet.</translation>
    </message>
    <message>
        <source>The engine is not running.</source>
        <translation>Die Engine läuft nicht.</translation>
    </message>
    <message>
        <source>Nothing that was saved is lost.</source>
        <translation>Nichts Gespeichertes geht verloren.</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>Engine starten</translation>
    </message>
    <message>
        <source>Restart engine</source>
        <translation>Engine neu starten</translation>
    </message>
    <message>
        <source>As Slicer</source>
        <translation>Wie Slicer</translation>
    </message>
</context>
<context>
    <name>Panel.SetupPanel</name>
    <message>
        <source>The engine needs packages that this Slicer has not: {names}.</source>
        <translation>Die Engine braucht Pakete, die dieses Slicer nicht hat: {names}.</translation>
    </message>
    <message>
        <source>The installation is under way.</source>
        <translation>Die Installation läuft.</translation>
    </message>
    <message>
        <source>Everything is installed. Press Start engine.</source>
        <translation>Alles ist installiert. Drücken Sie Engine starten.</translation>
    </message>
    <message>
        <source>Everything is installed. The engine is being started.</source>
        <translation>Alles ist installiert. Die Engine wird gestartet.</translation>
    </message>
</context>
<context>
    <name>Panel.Shortcuts</name>
    <message>
        <source>box</source>
        <translation>Kasten</translation>
    </message>
    <message>
        <source>lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>scribble</source>
        <translation>Strich</translation>
    </message>
    <message>
        <source>point on it; Shift: new object</source>
        <translation>Punkt darauf; Shift: neues Objekt</translation>
    </message>
    <message>
        <source>point beside it</source>
        <translation>Punkt daneben</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Entf</translation>
    </message>
    <message>
        <source>remove point under mouse</source>
        <translation>Punkt unter der Maus entfernen</translation>
    </message>
    <message>
        <source>accept</source>
        <translation>annehmen</translation>
    </message>
    <message>
        <source>accept, save, next slice</source>
        <translation>annehmen, sichern, nächste Schicht</translation>
    </message>
    <message>
        <source>discard</source>
        <translation>verwerfen</translation>
    </message>
    <message>
        <source>save</source>
        <translation>sichern</translation>
    </message>
    <message>
        <source>save, next slice</source>
        <translation>sichern, nächste Schicht</translation>
    </message>
    <message>
        <source>nothing here</source>
        <translation>hier nichts</translation>
    </message>
    <message>
        <source>compare the models</source>
        <translation>Modelle vergleichen</translation>
    </message>
    <message>
        <source>show or hide proposals</source>
        <translation>Vorschläge zeigen oder ausblenden</translation>
    </message>
    <message>
        <source>this list</source>
        <translation>diese Liste</translation>
    </message>
</context>
<context>
    <name>Panel.Widget</name>
    <message>
        <source>AuxOLSegment could not do this.</source>
        <translation>AuxOLSegment konnte das nicht tun.</translation>
    </message>
    <message>
        <source>Ready: mark the object with a box or a point.</source>
        <translation>Bereit: Markieren Sie das Objekt mit einem Kasten oder einem Punkt.</translation>
    </message>
    <message>
        <source>Engine: not running.</source>
        <translation>Engine: läuft nicht.</translation>
    </message>
    <message>
        <source>Engine: starting ...</source>
        <translation>Engine: startet ...</translation>
    </message>
    <message>
        <source>Engine: ready.</source>
        <translation>Engine: bereit.</translation>
    </message>
    <message>
        <source>Engine: failed.</source>
        <translation>Engine: ausgefallen.</translation>
    </message>
    <message>
        <source>Packages are missing: install them below first.</source>
        <translation>Es fehlen Pakete: Installieren Sie sie zuerst unten.</translation>
    </message>
    <message>
        <source>Start it here, or connect to the server in Settings.</source>
        <translation>Hier starten, oder mit dem Server aus den Einstellungen verbinden.</translation>
    </message>
    <message>
        <source>Mark the object with a box or a point; it is answered as soon as the engine is there.</source>
        <translation>Markieren Sie das Objekt mit einem Kasten oder einem Punkt; die Antwort kommt, sobald die Engine da ist.</translation>
    </message>
</context>
<context>
    <name>Panel.WindowRow</name>
    <message>
        <source>Have the task &apos;{task}&apos; see other greys? Its {count} saved slices are brought to them and learned again. What the window of before had cut off is not known any more.</source>
        <translation>Soll die Aufgabe „{task}“ andere Grauwerte sehen? Ihre {count} gespeicherten Schichten werden darauf umgerechnet und neu gelernt. Was das bisherige Fenster abgeschnitten hat, ist nicht mehr bekannt.</translation>
    </message>
    <message>
        <source>Grey window</source>
        <translation>Grauwertfenster</translation>
    </message>
    <message>
        <source>Choose or create a task first.</source>
        <translation>Wählen Sie zuerst eine Aufgabe oder legen Sie eine an.</translation>
    </message>
    <message>
        <source>This engine cannot change it.</source>
        <translation>Diese Engine kann es nicht ändern.</translation>
    </message>
    <message>
        <source>Low has to be under high.</source>
        <translation>Der untere Wert muss unter dem oberen liegen.</translation>
    </message>
    <message>
        <source>It is not set.</source>
        <translation>Es ist nicht gesetzt.</translation>
    </message>
    <message>
        <source>Have the task see these greys, and learn again.</source>
        <translation>Die Aufgabe diese Grauwerte sehen und neu lernen lassen.</translation>
    </message>
    <message>
        <source>Take the greys of the chosen volume, without padding.</source>
        <translation>Die Grauwerte des gewählten Volumens nehmen, ohne Füllwerte.</translation>
    </message>
    <message>
        <source>Let the next volume that is prompted set it.</source>
        <translation>Das nächste Volumen, auf dem markiert wird, bestimmt es.</translation>
    </message>
    <message>
        <source>Sees greys from {low:g} to {high:g}.</source>
        <translation>Sieht Grauwerte von {low:g} bis {high:g}.</translation>
    </message>
    <message>
        <source>Grey window: the next volume that is prompted sets it.</source>
        <translation>Grauwertfenster: Das nächste Volumen, auf dem markiert wird, bestimmt es.</translation>
    </message>
    <message>
        <source>Sees {words} (as it was set).</source>
        <translation>Sieht {words} (so gesetzt).</translation>
    </message>
    <message>
        <source>Sees {words} (of a whole volume).</source>
        <translation>Sieht {words} (aus einem ganzen Volumen).</translation>
    </message>
    <message>
        <source>Sees {words} (of a single slice).</source>
        <translation>Sieht {words} (aus einer einzigen Schicht).</translation>
    </message>
    <message>
        <source>Sees {words}.</source>
        <translation>Sieht {words}.</translation>
    </message>
    <message>
        <source>{share:.0%} of what its lessons show was cut off by the window of before.</source>
        <translation>{share:.0%} von dem, was ihre Lektionen zeigen, hatte das vorige Fenster abgeschnitten.</translation>
    </message>
</context>
<context>
    <name>Prompts.Drag</name>
    <message>
        <source>Choose a volume first.</source>
        <translation>Wählen Sie zuerst ein Volumen.</translation>
    </message>
</context>
<context>
    <name>Prompts.DragTools</name>
    <message>
        <source>The box holds no pixel of the image. Drag it around the structure.</source>
        <translation>Der Kasten enthält kein Pixel des Bildes. Ziehen Sie ihn um die Struktur.</translation>
    </message>
    <message>
        <source>The lasso holds no pixel of the image. Draw it around the structure.</source>
        <translation>Das Lasso enthält kein Pixel des Bildes. Ziehen Sie es um die Struktur.</translation>
    </message>
</context>
<context>
    <name>Prompts.PromptBook</name>
    <message>
        <source>The object is no longer there.</source>
        <translation>Das Objekt gibt es nicht mehr.</translation>
    </message>
    <message>
        <source>box</source>
        <translation>Kasten</translation>
    </message>
    <message>
        <source>lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>1 scribble</source>
        <translation>1 Strich</translation>
    </message>
    <message>
        <source>{count} scribbles</source>
        <translation>{count} Striche</translation>
    </message>
    <message>
        <source>1 point</source>
        <translation>1 Punkt</translation>
    </message>
    <message>
        <source>{count} points</source>
        <translation>{count} Punkte</translation>
    </message>
    <message>
        <source>slice {index}</source>
        <translation>Schicht {index}</translation>
    </message>
    <message>
        <source>second direction, slice {index}</source>
        <translation>zweite Richtung, Schicht {index}</translation>
    </message>
    <message>
        <source>third direction, slice {index}</source>
        <translation>dritte Richtung, Schicht {index}</translation>
    </message>
    <message>
        <source>A negative point or scribble alone shows no object. Click inside the object or drag a box around it first.</source>
        <translation>Ein negativer Punkt oder Strich allein zeigt kein Objekt. Klicken Sie in das Objekt oder ziehen Sie zuerst einen Kasten darum.</translation>
    </message>
</context>
<context>
    <name>Prompts.PromptNodes</name>
    <message>
        <source>Positive points</source>
        <translation>Positive Punkte</translation>
    </message>
    <message>
        <source>Negative points</source>
        <translation>Negative Punkte</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>Kasten</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Scribble</source>
        <translation>Strich</translation>
    </message>
</context>
<context>
    <name>Prompts.PromptReader</name>
    <message>
        <source>Choose a volume first.</source>
        <translation>Wählen Sie zuerst ein Volumen.</translation>
    </message>
</context>
<context>
    <name>Prompts.PromptTools</name>
    <message>
        <source>The click lies outside the image. Click on the image.</source>
        <translation>Der Klick liegt außerhalb des Bildes. Klicken Sie auf das Bild.</translation>
    </message>
    <message>
        <source>The point lies on no slice on display. Click in a slice view.</source>
        <translation>Der Punkt liegt auf keiner gezeigten Schicht. Klicken Sie in eine Schichtansicht.</translation>
    </message>
    <message>
        <source>Another object begins with a point inside it. Take the positive point, then Shift+click.</source>
        <translation>Ein weiteres Objekt beginnt mit einem Punkt darin. Nehmen Sie den positiven Punkt, dann Shift+Klick.</translation>
    </message>
</context>
<context>
    <name>ReviewPanel</name>
    <message>
        <source>Propose on neighbours</source>
        <translation>Auf Nachbarn vorschlagen</translation>
    </message>
    <message>
        <source>after each accept</source>
        <translation>nach jedem Annehmen</translation>
    </message>
    <message>
        <source>Propose on the two neighbouring slices whenever you accept a proposal.</source>
        <translation>Auf den beiden Nachbarschichten vorschlagen, sobald Sie einen Vorschlag annehmen.</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>First slice index of the range, as the Data Probe counts.</source>
        <translation>Index der ersten Schicht des Bereichs, wie ihn Data Probe zählt.</translation>
    </message>
    <message>
        <source>to</source>
        <translation>bis</translation>
    </message>
    <message>
        <source>Last slice index of the range, included.</source>
        <translation>Index der letzten Schicht des Bereichs, einschließlich.</translation>
    </message>
    <message>
        <source>This slice</source>
        <translation>Diese Schicht</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Propagate</source>
        <translation>Propagieren</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Where Find looks, in the direction of the view.</source>
        <translation>Wo Suchen nachsieht, in Richtung der Ansicht.</translation>
    </message>
    <message>
        <source>on this slice</source>
        <translation>auf dieser Schicht</translation>
    </message>
    <message>
        <source>on slices first to last</source>
        <translation>auf erster bis letzter Schicht</translation>
    </message>
    <message>
        <source>in the whole volume</source>
        <translation>im ganzen Volumen</translation>
    </message>
    <message>
        <source>next ones by itself</source>
        <translation>nächste von selbst</translation>
    </message>
    <message>
        <source>After each accepted or saved slice, look on the next three each way that nobody has settled. A prompt ends it.</source>
        <translation>Nach jeder angenommenen oder gespeicherten Schicht auf den nächsten drei unerledigten in jeder Richtung nachsehen. Eine Markierung beendet es.</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stand</translation>
    </message>
    <message>
        <source>Estimated quality</source>
        <translation>Geschätzte Güte</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>Gefunden</translation>
    </message>
    <message>
        <source>Accept all from</source>
        <translation>Alle annehmen ab</translation>
    </message>
    <message>
        <source>Estimated quality (expected Dice, 0 to 1) from which proposals are accepted without a look at each.</source>
        <translation>Geschätzte Güte (erwarteter Dice, 0 bis 1), ab der Vorschläge ohne einzelnen Blick angenommen werden.</translation>
    </message>
    <message>
        <source>Worst first, or by the column whose heading you press. A click, or the arrow keys, show the slice.</source>
        <translation>Schlechteste zuerst, oder nach der Spalte, auf deren Kopf Sie drücken. Ein Klick oder die Pfeiltasten zeigen die Schicht.</translation>
    </message>
</context>
<context>
    <name>Scene.EditRules</name>
    <message>
        <source>This version of the module does not know the editor&apos;s editable area ({mode}). Choose another area.</source>
        <translation>Diese Version des Moduls kennt den bearbeitbaren Bereich des Editors nicht ({mode}). Wählen Sie einen anderen Bereich.</translation>
    </message>
</context>
<context>
    <name>Scene.FirstNodes</name>
    <message>
        <source>{volume} segmentation</source>
        <translation>Segmentierung von {volume}</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>Segment</translation>
    </message>
</context>
<context>
    <name>Scene.Geometry</name>
    <message>
        <source>{name} is under a non-linear transform. Harden the transform, or move the node out of it.</source>
        <translation>{name} steht unter einer nichtlinearen Transformation. Härten Sie die Transformation oder nehmen Sie den Knoten aus ihr heraus.</translation>
    </message>
</context>
<context>
    <name>Scene.ProposalLayer</name>
    <message>
        <source>The proposal is {got} on slice {index}, the volume has {want}. Ask for the proposal again.</source>
        <translation>Der Vorschlag ist {got} groß auf Schicht {index}, das Volumen {want}. Fordern Sie den Vorschlag noch einmal an.</translation>
    </message>
    <message>
        <source>AuxOL proposals</source>
        <translation>AuxOL-Vorschläge</translation>
    </message>
    <message>
        <source>Proposals</source>
        <translation>Vorschläge</translation>
    </message>
    <message>
        <source>Proposals, second direction</source>
        <translation>Vorschläge, zweite Richtung</translation>
    </message>
    <message>
        <source>Proposals, third direction</source>
        <translation>Vorschläge, dritte Richtung</translation>
    </message>
</context>
<context>
    <name>Scene.SampleDownloads</name>
    <message>
        <source>CT: liver with tumours, kidneys
Medical Decathlon, CC BY-SA 4.0
download: at most {megabytes} MB</source>
        <translation>CT: Leber mit Tumoren, Nieren
Medical Decathlon, CC BY-SA 4.0
Download: höchstens {megabytes} MB</translation>
    </message>
    <message>
        <source>CT angiography: kidneys, aorta
OsiriX library, research and teaching only
download: at most {megabytes} MB</source>
        <translation>CT-Angiographie: Nieren, Aorta
OsiriX-Bibliothek, nur für Forschung und Lehre
Download: höchstens {megabytes} MB</translation>
    </message>
    <message>
        <source>CT angiography: heart
licence: see {home}
download: at most {megabytes} MB</source>
        <translation>CT-Angiographie: Herz
Lizenz: siehe {home}
Download: höchstens {megabytes} MB</translation>
    </message>
    <message>
        <source>MR: healthy head
donated, no restrictions
download: at most {megabytes} MB</source>
        <translation>MR: gesunder Kopf
gespendet, ohne Einschränkungen
Download: höchstens {megabytes} MB</translation>
    </message>
    <message>
        <source>MR: brain tumour
licence: see {home}
download: at most {megabytes} MB</source>
        <translation>MR: Hirntumor
Lizenz: siehe {home}
Download: höchstens {megabytes} MB</translation>
    </message>
    <message>
        <source>The scan {file} could not be downloaded from {address}, or what came is not what was expected. The log of the module Sample Data says why. Check the network and press it again, or go on with {sample}, which is part of the extension and needs no network.</source>
        <translation>Die Aufnahme {file} konnte nicht von {address} heruntergeladen werden, oder was kam, ist nicht das Erwartete. Das Protokoll des Moduls Sample Data sagt, warum. Prüfen Sie das Netz und drücken Sie noch einmal darauf, oder machen Sie mit {sample} weiter, das zur Erweiterung gehört und kein Netz braucht.</translation>
    </message>
</context>
<context>
    <name>Scene.SegmentReader</name>
    <message>
        <source>The segment is no longer there. Choose or add a segment.</source>
        <translation>Das Segment gibt es nicht mehr. Wählen Sie ein Segment oder fügen Sie eines hinzu.</translation>
    </message>
    <message>
        <source>The segmentation {name} is stored as {kind}. Convert it to binary labelmap in module Segmentations.</source>
        <translation>Die Segmentierung {name} ist als {kind} gespeichert. Wandeln Sie sie im Modul Segmentations in eine binäre Labelmap um.</translation>
    </message>
</context>
<context>
    <name>Scene.SegmentWriter</name>
    <message>
        <source>The mask is {got}, the slice is {want} (rows, columns). Ask for the proposal again.</source>
        <translation>Die Maske ist {got} groß, die Schicht {want} (Zeilen, Spalten). Fordern Sie den Vorschlag noch einmal an.</translation>
    </message>
</context>
<context>
    <name>Scene.VolumeReader</name>
    <message>
        <source>Choose a volume that has an image.</source>
        <translation>Wählen Sie ein Volumen, das ein Bild hat.</translation>
    </message>
    <message>
        <source>The volume has four components (colour with transparency). Load it again without transparency, as RGB.</source>
        <translation>Das Volumen hat vier Komponenten (Farbe mit Transparenz). Laden Sie es noch einmal ohne Transparenz, als RGB.</translation>
    </message>
    <message>
        <source>The volume has {count} components; choose a grey (1) or RGB (3) volume.</source>
        <translation>Das Volumen hat {count} Komponenten; wählen Sie ein graues (1) oder ein RGB-Volumen (3).</translation>
    </message>
    <message>
        <source>The volume is only {size} voxels large; a slice needs at least {side} pixels a side.</source>
        <translation>Das Volumen ist nur {size} Voxel groß; eine Schicht braucht mindestens {side} Pixel je Seite.</translation>
    </message>
    <message>
        <source>The volume is under a non-linear transform. Harden the transform in the module Transforms.</source>
        <translation>Das Volumen steht unter einer nichtlinearen Transformation. Härten Sie sie im Modul Transforms.</translation>
    </message>
    <message>
        <source>The volume has no image. Choose another one.</source>
        <translation>Das Volumen hat kein Bild. Wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>The volume has the slices 0 to {last}, not {index}.</source>
        <translation>Das Volumen hat die Schichten 0 bis {last}, nicht {index}.</translation>
    </message>
    <message>
        <source>The view {name} is not aligned with the voxels of the volume. Rotate it to the volume plane.</source>
        <translation>Die Ansicht {name} liegt nicht in der Richtung der Voxel. Richten Sie sie am Volumen aus.</translation>
    </message>
    <message>
        <source>The view {name} shows the volume edge-on, where it is one voxel thin. Rotate it to the volume plane.</source>
        <translation>Die Ansicht {name} zeigt das Volumen von der Kante, wo es nur ein Voxel dick ist. Richten Sie sie am Volumen aus.</translation>
    </message>
    <message>
        <source>The view {name} shows a plane beside the volume. Scroll it back.</source>
        <translation>Die Ansicht {name} zeigt eine Ebene neben dem Volumen. Blättern Sie zurück.</translation>
    </message>
    <message>
        <source>The view {name} does not show {volume}, the chosen volume. Show it there, or choose what it shows.</source>
        <translation>Die Ansicht {name} zeigt nicht {volume}, das gewählte Volumen. Zeigen Sie es dort, oder wählen Sie, was sie zeigt.</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Sagittal</source>
        <translation>Sagittal</translation>
    </message>
    <message>
        <source>Coronal</source>
        <translation>Koronar</translation>
    </message>
    <message>
        <source>Axial</source>
        <translation>Axial</translation>
    </message>
    <message>
        <source>The view {name} shows a thick slab of many slices. Switch its slab reconstruction off.</source>
        <translation>Die Ansicht {name} zeigt eine dicke Scheibe aus vielen Schichten. Schalten Sie dort die Slab-Rekonstruktion aus.</translation>
    </message>
</context>
<context>
    <name>SeedsPanel</name>
    <message>
        <source>Use as seeds</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>and teach them</source>
        <translation>und lernen</translation>
    </message>
    <message>
        <source>Save some slices of the segment as lessons, too, spread over it: at most 12. Without it nothing is taught.</source>
        <translation>Auch einige Schichten des Segments als Lektionen speichern, über das Segment verteilt: höchstens 12. Ohne das wird nichts gelernt.</translation>
    </message>
    <message>
        <source>Fill between</source>
        <translation>Lücken füllen</translation>
    </message>
</context>
<context>
    <name>Session.AcceptFlow</name>
    <message>
        <source>No proposal on this slice</source>
        <translation>Kein Vorschlag auf dieser Schicht</translation>
    </message>
    <message>
        <source>There is no proposal on this slice to accept</source>
        <translation>Auf dieser Schicht gibt es keinen Vorschlag zum Annehmen</translation>
    </message>
    <message>
        <source>Accepted; repair it if needed, then save</source>
        <translation>Angenommen; bei Bedarf nachbessern, dann speichern</translation>
    </message>
    <message>
        <source>The task has learned meanwhile and proposes more for this slice: accept that too, or discard it</source>
        <translation>Die Aufgabe hat inzwischen gelernt und schlägt für diese Schicht mehr vor: Nehmen Sie auch das an oder verwerfen Sie es</translation>
    </message>
    <message>
        <source>There is no proposal on this slice to discard</source>
        <translation>Auf dieser Schicht gibt es keinen Vorschlag zum Verwerfen</translation>
    </message>
    <message>
        <source>expected Dice {quality:.2f}; {generalist} {share:.0%}, specialist {own:.0%}, version {version}</source>
        <translation>erwarteter Dice {quality:.2f}; {generalist} {share:.0%}, Spezialist {own:.0%}, Version {version}</translation>
    </message>
    <message>
        <source>{count} objects, {told}</source>
        <translation>{count} Objekte, {told}</translation>
    </message>
    <message>
        <source>The Segment Editor&apos;s masking keeps the proposal out of the segment. Change it, then accept again</source>
        <translation>Die Maskierung des Segment Editors hält den Vorschlag aus dem Segment heraus. Ändern Sie sie und nehmen Sie ihn dann noch einmal an</translation>
    </message>
    <message>
        <source>Accepted, but for {count} pixels that the Segment Editor&apos;s masking keeps out</source>
        <translation>Angenommen, bis auf {count} Pixel, die die Maskierung des Segment Editors heraushält</translation>
    </message>
    <message>
        <source>Accepted. The segmentation&apos;s voxels are thicker than the slices, so it is on a slice beside this one, too. Give it the volume&apos;s geometry (Segment Editor, Specify geometry)</source>
        <translation>Angenommen. Die Voxel der Segmentierung sind dicker als die Schichten, deshalb liegt es auch auf einer Schicht daneben. Geben Sie ihr die Geometrie des Volumens (Segment Editor, Specify geometry)</translation>
    </message>
    <message>
        <source>Nothing of the proposal is left to accept. Discard it, or press Nothing here if the slice is empty</source>
        <translation>Vom Vorschlag ist nichts übrig, das übernommen werden könnte. Verwerfen Sie ihn, oder drücken Sie „Hier nichts“, wenn die Schicht leer ist</translation>
    </message>
</context>
<context>
    <name>Session.Comparing</name>
    <message>
        <source>There is no proposal on this slice to compare</source>
        <translation>Auf dieser Schicht gibt es keinen Vorschlag zum Vergleichen</translation>
    </message>
    <message>
        <source>The specialist alone</source>
        <translation>Der Spezialist allein</translation>
    </message>
    <message>
        <source>The generalist alone: {generalist}</source>
        <translation>Der Generalist allein: {generalist}</translation>
    </message>
    <message>
        <source>Generalist and specialist together</source>
        <translation>Generalist und Spezialist zusammen</translation>
    </message>
    <message>
        <source>The engine has this proposal no more. Prompt again to compare</source>
        <translation>Die Engine hat diesen Vorschlag nicht mehr. Markieren Sie noch einmal, um zu vergleichen</translation>
    </message>
    <message>
        <source>{shown}. The specialist says nothing of its own yet</source>
        <translation>{shown}. Der Spezialist sagt noch nichts Eigenes</translation>
    </message>
</context>
<context>
    <name>Session.EngineFlow</name>
    <message>
        <source>The server answers: AuxOL {version}</source>
        <translation>Der Server antwortet: AuxOL {version}</translation>
    </message>
    <message>
        <source>The server does not answer; it is asked again until it does. Nothing saved is lost</source>
        <translation>Der Server antwortet nicht; er wird gefragt, bis er es tut. Nichts Gespeichertes geht verloren</translation>
    </message>
    <message>
        <source>The engine has ended again and again; the next prompt or save starts it. Nothing saved is lost</source>
        <translation>Die Engine ist wiederholt abgebrochen; die nächste Markierung oder das nächste Speichern startet sie. Nichts Gespeichertes geht verloren</translation>
    </message>
    <message>
        <source>The engine has ended and is being started again. Nothing saved is lost</source>
        <translation>Die Engine ist abgebrochen und wird neu gestartet. Nichts Gespeichertes geht verloren</translation>
    </message>
    <message>
        <source>The engine was started again. Nothing saved is lost</source>
        <translation>Die Engine wurde neu gestartet. Nichts Gespeichertes ist verloren</translation>
    </message>
</context>
<context>
    <name>Session.FindFlow</name>
    <message>
        <source>Nothing was found on the {count} slices that were looked at</source>
        <translation>Auf den {count} nachgesehenen Schichten wurde nichts gefunden</translation>
    </message>
    <message>
        <source>{count} are without it</source>
        <translation>ohne sie: {count}</translation>
    </message>
    <message>
        <source>of {count} it cannot be told</source>
        <translation>nicht zu entscheiden: {count}</translation>
    </message>
    <message>
        <source>Looking for it ...</source>
        <translation>Wird gesucht ...</translation>
    </message>
    <message>
        <source>Every slice of this range is filled, saved or prompted already</source>
        <translation>Jede Schicht dieses Bereichs ist schon gefüllt, gespeichert oder markiert</translation>
    </message>
    <message>
        <source>Found on {count} slices, look at them under Review</source>
        <translation>Auf {count} Schichten gefunden, sehen Sie sie unter Prüfen an</translation>
    </message>
</context>
<context>
    <name>Session.Generalists</name>
    <message>
        <source>The task &apos;{task}&apos; is as it was, beside the generalist that it had</source>
        <translation>Die Aufgabe „{task}“ ist, wie sie war, neben dem Generalisten, den sie hatte</translation>
    </message>
    <message>
        <source>The task &apos;{task}&apos; is as it was, and closed: choose the generalist that it learned with in Settings. Opened beside this one it is learned again</source>
        <translation>Die Aufgabe „{task}“ ist, wie sie war, und geschlossen: Wählen Sie unter Einstellungen den Generalisten, mit dem sie gelernt hat. Neben diesem geöffnet, wird sie neu gelernt</translation>
    </message>
</context>
<context>
    <name>Session.Learned</name>
    <message>
        <source>Learned (version {version}).</source>
        <translation>Gelernt (Version {version}).</translation>
    </message>
    <message>
        <source>On the {count} objects before, the specialist is as good as it was.</source>
        <translation>Auf den {count} Objekten davor ist der Spezialist so gut wie bisher.</translation>
    </message>
    <message>
        <source>On the {count} objects before, the specialist is better by {change:.3f} Dice.</source>
        <translation>Auf den {count} Objekten davor ist der Spezialist um {change:.3f} Dice besser.</translation>
    </message>
    <message>
        <source>On the {count} objects before, the specialist is worse by {change:.3f} Dice, which is tolerated.</source>
        <translation>Auf den {count} Objekten davor ist der Spezialist um {change:.3f} Dice schlechter, was hingenommen wird.</translation>
    </message>
    <message>
        <source>The specialist has {share} % of a proposal.</source>
        <translation>Der Anteil des Spezialisten an einem Vorschlag ist {share} %.</translation>
    </message>
    <message>
        <source>The specialist has {share} % of the next proposals, after {was} %.</source>
        <translation>Der Anteil des Spezialisten an den nächsten Vorschlägen ist {share} %, zuvor {was} %.</translation>
    </message>
</context>
<context>
    <name>Session.MadeTask</name>
    <message>
        <source>The new task {task} was made for it</source>
        <translation>Dafür wurde die neue Aufgabe {task} angelegt</translation>
    </message>
    <message>
        <source>Its new task {task} takes the name that you give to the segment</source>
        <translation>Die neue Aufgabe {task} dafür übernimmt den Namen, den Sie dem Segment geben</translation>
    </message>
    <message>
        <source>The task {task} is used for it</source>
        <translation>Dafür wird die Aufgabe {task} benutzt</translation>
    </message>
</context>
<context>
    <name>Session.NothingHere</name>
    <message>
        <source>Choose or name a task first: what is being learned</source>
        <translation>Wählen oder benennen Sie zuerst eine Aufgabe: was gelernt wird</translation>
    </message>
    <message>
        <source>Your segment is on this slice. Erase it here first, then press Nothing here</source>
        <translation>Ihr Segment ist auf dieser Schicht. Radieren Sie es hier zuerst weg und drücken Sie dann Hier nichts</translation>
    </message>
    <message>
        <source>It is saved already that nothing is here</source>
        <translation>Dass hier nichts ist, ist schon gespeichert</translation>
    </message>
    <message>
        <source>The Segment Editor&apos;s masking keeps what is on this slice. Switch it off, then press Nothing here</source>
        <translation>Die Maskierung des Segment Editors schützt, was auf dieser Schicht ist. Schalten Sie sie aus und drücken Sie dann Hier nichts</translation>
    </message>
</context>
<context>
    <name>Session.Onward</name>
    <message>
        <source>There is no proposal on this slice to accept</source>
        <translation>Auf dieser Schicht gibt es keinen Vorschlag zum Annehmen</translation>
    </message>
    <message>
        <source>That was the last open slice towards the end</source>
        <translation>Das war die letzte offene Schicht zum Ende hin</translation>
    </message>
</context>
<context>
    <name>Session.PromptFlow</name>
    <message>
        <source>The slice is none of the chosen volume. Take its id, an axis 0 to 2 and an index of it.</source>
        <translation>Die Schicht gehört nicht zum gewählten Volumen. Nehmen Sie dessen ID, eine Achse 0 bis 2 und einen Index darauf.</translation>
    </message>
    <message>
        <source>Segmenting ...</source>
        <translation>Wird segmentiert ...</translation>
    </message>
    <message>
        <source>Cancelled. Your marks stay; one more asks again</source>
        <translation>Abgebrochen. Ihre Markierungen bleiben; eine weitere fragt wieder</translation>
    </message>
    <message>
        <source>Preparing this slice, once for all clicks on it:{share}</source>
        <translation>Diese Schicht wird einmal für alle Klicks auf ihr vorbereitet:{share}</translation>
    </message>
    <message>
        <source>Proposed in {seconds:.1f} s: accept it, add a point, or edit it</source>
        <translation>Vorgeschlagen in {seconds:.1f} s: annehmen, einen Punkt setzen oder bearbeiten</translation>
    </message>
    <message>
        <source>What you marked stays, and is answered as soon as an engine is there. {reason}</source>
        <translation>Was Sie markiert haben, bleibt; die Antwort kommt, sobald eine Engine da ist. {reason}</translation>
    </message>
    <message>
        <source>The engine is starting; what you marked is answered as soon as it is there</source>
        <translation>Die Engine startet; die Antwort auf Ihre Markierung kommt, sobald sie da ist</translation>
    </message>
    <message>
        <source>The image has changed: what was proposed on it is asked for anew</source>
        <translation>Das Bild hat sich geändert: Was darauf vorgeschlagen war, wird neu gefragt</translation>
    </message>
    <message>
        <source>This mark is for another segment: it is answered when that one is chosen</source>
        <translation>Diese Markierung gilt einem anderen Segment: Sie wird beantwortet, wenn jenes gewählt ist</translation>
    </message>
    <message>
        <source>The image has another size or place: what was marked and proposed on it is taken away</source>
        <translation>Das Bild hat eine andere Größe oder Lage: Was darauf markiert und vorgeschlagen war, wird weggenommen</translation>
    </message>
</context>
<context>
    <name>Session.SaveFlow</name>
    <message>
        <source>Choose or name a task first: what is being learned</source>
        <translation>Wählen oder benennen Sie zuerst eine Aufgabe: was gelernt wird</translation>
    </message>
    <message>
        <source>This slice is saved already</source>
        <translation>Diese Schicht ist schon gespeichert</translation>
    </message>
    <message>
        <source>Nothing is drawn on this slice. If that is right, press Nothing here</source>
        <translation>Auf dieser Schicht ist nichts gezeichnet. Wenn das richtig ist, drücken Sie Hier nichts</translation>
    </message>
    <message>
        <source>{count} slices could not be saved: their segment is gone</source>
        <translation>{count} Schichten konnten nicht gespeichert werden: Ihr Segment gibt es nicht mehr</translation>
    </message>
    <message>
        <source>Saving ...</source>
        <translation>Wird gespeichert ...</translation>
    </message>
    <message>
        <source>confirmed as proposed</source>
        <translation>wie vorgeschlagen bestätigt</translation>
    </message>
    <message>
        <source>with your changes</source>
        <translation>mit Ihren Änderungen</translation>
    </message>
    <message>
        <source>as a slice with nothing on it</source>
        <translation>als Schicht, auf der nichts ist</translation>
    </message>
    <message>
        <source>Saved {what}</source>
        <translation>Gespeichert, {what}</translation>
    </message>
    <message>
        <source>Nothing is saved: {count} slices wait that were not looked at as they are now. Show each, press S</source>
        <translation>Nichts wird gespeichert: {count} Schichten warten, die niemand so angesehen hat, wie sie jetzt sind. Zeigen Sie jede an und drücken Sie S</translation>
    </message>
    <message>
        <source>Nothing is saved: no accepted or edited slice waits</source>
        <translation>Nichts wird gespeichert: Keine übernommene oder geänderte Schicht wartet</translation>
    </message>
    <message>
        <source>Not saved: {slice}</source>
        <translation>Nicht gespeichert: {slice}</translation>
    </message>
    <message>
        <source>Not saved: {slice} (and {more} more slices)</source>
        <translation>Nicht gespeichert: {slice} (und {more} weitere Schichten)</translation>
    </message>
</context>
<context>
    <name>Session.SceneEvents</name>
    <message>
        <source>{count} slices have proposals that nobody has reviewed; they are not in the segment</source>
        <translation>{count} Schichten haben Vorschläge, die niemand durchgesehen hat; sie sind nicht im Segment</translation>
    </message>
</context>
<context>
    <name>Session.Seeds</name>
    <message>
        <source>The segment is empty: choose one that holds the structure on some slices</source>
        <translation>Das Segment ist leer: Wählen Sie eines, das die Struktur auf einigen Schichten enthält</translation>
    </message>
    <message>
        <source>Choose or name a task first: what is being learned</source>
        <translation>Wählen oder benennen Sie zuerst eine Aufgabe: was gelernt wird</translation>
    </message>
    <message>
        <source>There is no gap to fill: fill a slice on both sides of the empty ones first</source>
        <translation>Es gibt keine Lücke zu füllen: Füllen Sie zuerst auf beiden Seiten der leeren Schichten eine</translation>
    </message>
    <message>
        <source>Every slice is filled, settled or prompted already</source>
        <translation>Jede Schicht ist schon gefüllt, erledigt oder markiert</translation>
    </message>
</context>
<context>
    <name>Session.Selection</name>
    <message>
        <source>Choose a volume first</source>
        <translation>Wählen Sie zuerst ein Volumen</translation>
    </message>
    <message>
        <source>No segment is chosen: the first prompt makes one</source>
        <translation>Kein Segment ist gewählt: Die erste Markierung legt eines an</translation>
    </message>
</context>
<context>
    <name>Session.SessionReport</name>
    <message>
        <source>The table could not be written to {path} ({reason}). Choose another place.</source>
        <translation>Die Tabelle konnte nicht nach {path} geschrieben werden ({reason}). Wählen Sie einen anderen Ort.</translation>
    </message>
</context>
<context>
    <name>Session.SliceInUse</name>
    <message>
        <source>Move the mouse into the slice view that you mean</source>
        <translation>Bewegen Sie die Maus in die Schichtansicht, die Sie meinen</translation>
    </message>
    <message>
        <source>There is no slice view. Choose a layout with one.</source>
        <translation>Es gibt keine Schichtansicht. Wählen Sie eine Anordnung mit einer.</translation>
    </message>
    <message>
        <source>{why} (view {view})</source>
        <translation>{why} (Ansicht {view})</translation>
    </message>
</context>
<context>
    <name>Session.TaskDesk</name>
    <message>
        <source>Name the task first: what is being learned, such as &apos;liver, portal CT&apos;.</source>
        <translation>Benennen Sie zuerst die Aufgabe: was gelernt wird, zum Beispiel „Leber, CT portalvenös“.</translation>
    </message>
    <message>
        <source>The task was written to {path}; it holds parts of images</source>
        <translation>Die Aufgabe wurde nach {path} geschrieben; sie enthält Teile von Bildern</translation>
    </message>
    <message>
        <source>The task {name} is there; choose it for the segment that it is for</source>
        <translation>Die Aufgabe {name} ist da; wählen Sie sie für das Segment, für das sie ist</translation>
    </message>
</context>
<context>
    <name>Session.TaskFiles</name>
    <message>
        <source>The task could not be written to {path} ({reason}). Choose another place.</source>
        <translation>Die Aufgabe konnte nicht nach {path} geschrieben werden ({reason}). Wählen Sie einen anderen Ort.</translation>
    </message>
    <message>
        <source>A task file was expected at {path}, but it cannot be read ({reason}).</source>
        <translation>In {path} wurde eine Aufgabendatei erwartet, sie ist aber nicht lesbar ({reason}).</translation>
    </message>
    <message>
        <source>{path} is a task that an engine has open; nothing was written. Choose another place or name.</source>
        <translation>{path} ist eine Aufgabe, die eine Engine offen hat; es wurde nichts geschrieben. Wählen Sie einen anderen Ort oder Namen.</translation>
    </message>
</context>
<context>
    <name>Session.TaskFollower</name>
    <message>
        <source>Waiting to be learned: {count}</source>
        <translation>Noch zu lernen: {count}</translation>
    </message>
    <message>
        <source>Learning ...</source>
        <translation>Lernt ...</translation>
    </message>
    <message>
        <source>The task was learned again from its saved slices: version {version}</source>
        <translation>Die Aufgabe wurde aus ihren gespeicherten Schichten neu gelernt: Version {version}</translation>
    </message>
    <message>
        <source>Update discarded, nothing was lost: {reason}</source>
        <translation>Änderung verworfen, nichts ging verloren: {reason}</translation>
    </message>
    <message>
        <source>Learning stopped: {reason}</source>
        <translation>Lernen beendet: {reason}</translation>
    </message>
    <message>
        <source>Version {version} is in use again</source>
        <translation>Version {version} wird wieder benutzt</translation>
    </message>
    <message>
        <source>Learned (version {version}).</source>
        <translation>Gelernt (Version {version}).</translation>
    </message>
</context>
<context>
    <name>Session.TaskGreys</name>
    <message>
        <source>A grey window needs a low value under its high one, got {low:g} to {high:g}.</source>
        <translation>Bei einem Grauwertfenster liegt der untere Wert unter dem oberen; genannt wurden {low:g} bis {high:g}.</translation>
    </message>
    <message>
        <source>This volume says nothing of other images: it is constant, mostly padding, or air. Set the values.</source>
        <translation>Dieses Volumen sagt nichts über andere Bilder: Es ist konstant, meist Füllwert, oder Luft. Setzen Sie die Werte.</translation>
    </message>
</context>
<context>
    <name>Session.TaskSuggestion</name>
    <message>
        <source>Segment</source>
        <translation>Segment</translation>
    </message>
</context>
<context>
    <name>Session.Teacher</name>
    <message>
        <source>Saved</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>Saved on this machine; the engine has not learned it yet</source>
        <translation>Auf diesem Rechner gespeichert; die Engine hat es noch nicht gelernt</translation>
    </message>
    <message>
        <source>This slice is not on the disk yet, and is not safe until the engine has it</source>
        <translation>Diese Schicht ist noch nicht auf dem Datenträger und erst sicher, wenn die Engine sie hat</translation>
    </message>
    <message>
        <source>This slice</source>
        <translation>Diese Schicht</translation>
    </message>
    <message>
        <source>A slice that was saved before</source>
        <translation>Eine zuvor gespeicherte Schicht</translation>
    </message>
    <message>
        <source>{which} was not learned. {reason}</source>
        <translation>{which} wurde nicht gelernt. {reason}</translation>
    </message>
    <message>
        <source>{count} saved slices wait for the engine. {reason}</source>
        <translation>{count} gespeicherte Schichten warten auf die Engine. {reason}</translation>
    </message>
</context>
<context>
    <name>Session.VolumeFlow</name>
    <message>
        <source>Accept or draw the structure on one slice of this range first</source>
        <translation>Nehmen Sie zuerst auf einer Schicht dieses Bereichs an oder zeichnen Sie dort</translation>
    </message>
    <message>
        <source>Accepted {count} slices; look at each of them before you save</source>
        <translation>{count} Schichten angenommen; sehen Sie jede an, bevor Sie speichern</translation>
    </message>
    <message>
        <source>{told}. On {masked} the Segment Editor&apos;s masking keeps a part out</source>
        <translation>{told}. Auf {masked} hält die Maskierung des Segment Editors einen Teil heraus</translation>
    </message>
    <message>
        <source>Every slice is filled, settled or prompted already</source>
        <translation>Jede Schicht ist schon gefüllt, erledigt oder markiert</translation>
    </message>
    <message>
        <source>No slice view on display shows {slice}. Choose a layout with a view of that direction</source>
        <translation>Keine sichtbare Schichtansicht zeigt {slice}. Wählen Sie ein Layout mit einer Ansicht dieser Richtung</translation>
    </message>
</context>
<context>
    <name>Session.VolumeWalk</name>
    <message>
        <source>Nothing is proposed: the structure ends on the slices beside</source>
        <translation>Nichts wird vorgeschlagen: Die Struktur endet auf den Nachbarschichten</translation>
    </message>
    <message>
        <source>Proposed on {count} slices; look at them under Review</source>
        <translation>Auf {count} Schichten vorgeschlagen; sehen Sie sie unter Prüfen an</translation>
    </message>
    <message>
        <source>{count} slices cannot be read and were left out, {slice} first: {reason}</source>
        <translation>{count} Schichten sind nicht lesbar und wurden ausgelassen, als erste {slice}: {reason}</translation>
    </message>
</context>
<context>
    <name>SettingsPanel</name>
    <message>
        <source>Generalist</source>
        <translation>Generalist</translation>
    </message>
    <message>
        <source>The frozen network that makes the first proposal: the built-in one, a SAM checkpoint that was downloaded, or the path of a checkpoint file.</source>
        <translation>Das feste Netz, das den ersten Vorschlag macht: das eingebaute, ein heruntergeladener SAM-Checkpoint oder der Pfad eines Checkpoints.</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Benutzen</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Herunterladen</translation>
    </message>
    <message>
        <source>Cancel download</source>
        <translation>Download abbrechen</translation>
    </message>
    <message>
        <source>Measure clicks</source>
        <translation>Klicks messen</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <source>Device:</source>
        <translation>Gerät:</translation>
    </message>
    <message>
        <source>Where the engine computes. The status above says which one is in use, and why.</source>
        <translation>Wo die Engine rechnet. Oben steht, welches Gerät sie benutzt und warum.</translation>
    </message>
    <message>
        <source>Threads:</source>
        <translation>Threads:</translation>
    </message>
    <message>
        <source>Processor threads of the engine.</source>
        <translation>Prozessor-Threads der Engine.</translation>
    </message>
    <message>
        <source>All cores but one</source>
        <translation>Alle Kerne außer einem</translation>
    </message>
    <message>
        <source>Learn meanwhile:</source>
        <translation>Zwischendurch lernen:</translation>
    </message>
    <message>
        <source>How long the engine goes over the saved slices again while you look at the next one. It takes effect when the engine starts; a server decides for itself.</source>
        <translation>Wie lange die Engine die gespeicherten Schichten noch einmal durchgeht, während Sie die nächste ansehen. Wirkt ab dem nächsten Start der Engine; ein Server entscheidet selbst.</translation>
    </message>
    <message>
        <source>Task folder:</source>
        <translation>Aufgabenordner:</translation>
    </message>
    <message>
        <source>Where tasks are kept. Empty: your own data folder.</source>
        <translation>Wo Aufgaben liegen. Leer: Ihr eigener Datenordner.</translation>
    </message>
    <message>
        <source>...</source>
        <translation>...</translation>
    </message>
    <message>
        <source>Choose a folder.</source>
        <translation>Einen Ordner wählen.</translation>
    </message>
    <message>
        <source>Python:</source>
        <translation>Python:</translation>
    </message>
    <message>
        <source>Another Python that has auxol-core installed. Empty: the one of Slicer.</source>
        <translation>Ein anderes Python, in dem auxol-core installiert ist. Leer: das von Slicer.</translation>
    </message>
    <message>
        <source>Choose a Python program.</source>
        <translation>Ein Python-Programm wählen.</translation>
    </message>
    <message>
        <source>Wheel folder:</source>
        <translation>Wheel-Ordner:</translation>
    </message>
    <message>
        <source>For a machine without network: a folder with the wheels to install from.</source>
        <translation>Für einen Rechner ohne Netz: ein Ordner mit den Wheels, aus denen installiert wird.</translation>
    </message>
    <message>
        <source>Restart engine</source>
        <translation>Engine neu starten</translation>
    </message>
    <message>
        <source>Stop engine</source>
        <translation>Engine beenden</translation>
    </message>
    <message>
        <source>Changes count from the next start of the engine.</source>
        <translation>Änderungen zählen ab dem nächsten Start der Engine.</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Use a server on another machine</source>
        <translation>Einen Server auf einem anderen Rechner benutzen</translation>
    </message>
    <message>
        <source>The slices that you work on, your prompts and your corrections are then sent to this server. Without it nothing leaves this machine.</source>
        <translation>Die Schichten, an denen Sie arbeiten, Ihre Markierungen und Ihre Korrekturen werden dann an diesen Server gesendet. Ohne ihn verlässt nichts diesen Rechner.</translation>
    </message>
    <message>
        <source>Address:</source>
        <translation>Adresse:</translation>
    </message>
    <message>
        <source>https://server.example:8765</source>
        <translation>https://server.example:8765</translation>
    </message>
    <message>
        <source>Address of the AuxOL server, with its port.</source>
        <translation>Adresse des AuxOL-Servers, mit seinem Port.</translation>
    </message>
    <message>
        <source>Token:</source>
        <translation>Token:</translation>
    </message>
    <message>
        <source>The token that the server&apos;s keeper gave you. It is kept in Slicer&apos;s settings on this machine.</source>
        <translation>Das Token, das Sie vom Betreiber des Servers haben. Es wird in Slicers Einstellungen auf diesem Rechner aufbewahrt.</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Testen</translation>
    </message>
    <message>
        <source>Behaviour</source>
        <translation>Verhalten</translation>
    </message>
    <message>
        <source>New tasks learn by:</source>
        <translation>Neue Aufgaben lernen:</translation>
    </message>
    <message>
        <source>How tasks that you make from now on learn from your corrections; a task keeps what it was made with. The engine says what there is.</source>
        <translation>Wie Aufgaben, die Sie von jetzt an anlegen, aus Ihren Korrekturen lernen; eine Aufgabe behält, womit sie angelegt wurde. Die Engine sagt, was es gibt.</translation>
    </message>
    <message>
        <source>Save when a segment is set to Completed</source>
        <translation>Speichern, sobald ein Segment auf Completed steht</translation>
    </message>
    <message>
        <source>Save when the scene is saved</source>
        <translation>Speichern, wenn die Szene gespeichert wird</translation>
    </message>
    <message>
        <source>An editing effect accepts the proposal shown</source>
        <translation>Ein Bearbeitungseffekt nimmt den Vorschlag an</translation>
    </message>
    <message>
        <source>Begin to paint, draw or erase: the proposal on display is put into your segment first.</source>
        <translation>Beim Malen, Zeichnen oder Radieren kommt der gezeigte Vorschlag zuerst in Ihr Segment.</translation>
    </message>
    <message>
        <source>Single-key shortcuts in this module</source>
        <translation>Einzeltasten in diesem Modul</translation>
    </message>
    <message>
        <source>Letters on the buttons; they work only while this module is open.</source>
        <translation>Die Buchstaben auf den Knöpfen; sie wirken nur, solange dieses Modul offen ist.</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Diagnosedaten kopieren</translation>
    </message>
    <message>
        <source>Copies versions, device, settings without the token, and the last lines of the log. No image, no names.</source>
        <translation>Kopiert Versionen, Gerät, Einstellungen ohne das Token und die letzten Zeilen des Protokolls. Kein Bild, keine Namen.</translation>
    </message>
    <message>
        <source>Language of this module:</source>
        <translation>Sprache dieses Moduls:</translation>
    </message>
    <message>
        <source>The language of this panel and its messages; it changes at once. Slicer&apos;s own is chosen in its application settings.</source>
        <translation>Die Sprache dieses Panels und seiner Meldungen; sie wechselt sofort. Die von Slicer selbst steht in den Anwendungseinstellungen.</translation>
    </message>
    <message>
        <source>Start the engine when the module is opened</source>
        <translation>Engine beim Öffnen des Moduls starten</translation>
    </message>
    <message>
        <source>Nothing is installed or downloaded by that. Off: the engine starts with Start engine or with the first prompt.</source>
        <translation>Installiert oder heruntergeladen wird dadurch nichts. Aus: Die Engine startet mit Engine starten oder mit der ersten Markierung.</translation>
    </message>
    <message>
        <source>Fold the Data Probe while this module is shown</source>
        <translation>Data Probe einklappen, solange das Modul offen ist</translation>
    </message>
    <message>
        <source>Gives the panel more room on a small screen. The Data Probe opens with one press, and by itself when you go to another module.</source>
        <translation>Gibt dem Panel auf einem kleinen Bildschirm mehr Platz. Data Probe öffnet sich mit einem Klick, und von selbst, wenn Sie zu einem anderen Modul gehen.</translation>
    </message>
</context>
</TS>
