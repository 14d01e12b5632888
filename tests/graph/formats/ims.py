"""Small packages after the IMS standards' own examples: a Common Cartridge 1.3, questions in QTI 1.2, 2.1 and 3.0."""

from pathlib import Path
from zipfile import ZipFile

CC = "http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest"
CSM = "http://www.imsglobal.org/xsd/imsccv1p3/imscsmd_v1p0"
QTI_1 = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
QTI_2 = "http://www.imsglobal.org/xsd/imsqti_v2p1"
QTI_3 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"

MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="m" xmlns="{CC}" xmlns:lomimscc="{LOM}" xmlns:csm="{CSM}">
  <metadata>
    <schema>IMS Common Cartridge</schema>
    <schemaversion>1.3.0</schemaversion>
    <lomimscc:lom><lomimscc:general>
      <lomimscc:title><lomimscc:string language="en-US">Ratios &amp; Rates</lomimscc:string></lomimscc:title>
      <lomimscc:language>en-US</lomimscc:language>
    </lomimscc:general></lomimscc:lom>
  </metadata>
  <organizations><organization identifier="o" structure="rooted-hierarchy"><item identifier="root">
    <item identifier="unit"><title>Unit 1</title>
      <item identifier="m1"><title>Equivalent ratios</title>
        <item identifier="i1" identifierref="page"><title>What a ratio is</title></item>
        <item identifier="i2" identifierref="film"><title>A film</title></item>
        <item identifier="i3" identifierref="quiz"><title>Check yourself</title></item>
      </item>
      <item identifier="m2"><title>Unit rates</title>
        <item identifier="i4" identifierref="talk"><title>Talk about it</title></item>
        <item identifier="i5" identifierref="work"><title>Homework</title></item>
        <item identifier="i6" identifierref="tool"><title>A calculator</title></item>
        <item identifier="i7" identifierref="page"><title>Once more</title></item>
        <item identifier="i8"><title>Just a heading</title></item>
        <item identifier="i9" identifierref="lost"><title>Lost</title></item>
      </item>
    </item>
    <item identifier="m3"><title>Empty</title><item identifier="i10"><title>Heading</title></item></item>
    <item identifier="m4" identifierref="sheet"><title>Formula sheet</title></item>
  </item></organization></organizations>
  <resources>
    <resource identifier="page" type="webcontent" href="pages/what%20is.html">
      <metadata><csm:curriculumStandardsMetadataSet><csm:curriculumStandardsMetadata providerId="CASE"><csm:setOfGUIDs>
        <csm:labelledGUID><csm:label>6.RP.A.1</csm:label><csm:GUID>ccc-1</csm:GUID></csm:labelledGUID>
      </csm:setOfGUIDs></csm:curriculumStandardsMetadata></csm:curriculumStandardsMetadataSet></metadata>
      <file href="pages/what%20is.html"/></resource>
    <resource identifier="film" type="imswl_xmlv1p3"><file href="film.xml"/></resource>
    <resource identifier="talk" type="imsdt_xmlv1p3"><file href="talk.xml"/></resource>
    <resource identifier="work" type="assignment_xmlv1p0" href="work.xml"><file href="work.xml"/></resource>
    <resource identifier="tool" type="imsbasiclti_xmlv1p3"><file href="tool.xml"/></resource>
    <resource identifier="sheet" type="webcontent" href="files/sheet.pdf"><file href="files/sheet.pdf"/></resource>
    <resource identifier="quiz" type="imsqti_xmlv1p2/imscc_xmlv1p3/assessment"><file href="quiz.xml"/></resource>
    <resource identifier="bank" type="imsqti_xmlv1p2/imscc_xmlv1p3/question-bank"><file href="bank.xml"/></resource>
    <resource identifier="more" type="webcontent" href="pages/more.html"><file href="pages/more.html"/></resource>
    <resource identifier="picture" type="webcontent" href="p.png"><file href="p.png"/></resource>
    <resource identifier="gone" type="webcontent" href="gone.html"><file href="gone.html"/></resource>
  </resources>
</manifest>"""


def item_1(ident: str, prompt: str, choices: dict[str, str], right: str, metadata: str = "", more: str = "") -> str:
    labels = "".join(
        f'<response_label ident="{name}"><material><mattext>{text}</mattext></material></response_label>'
        for name, text in choices.items()
    )
    return f"""<item ident="{ident}">
  <itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>cc_profile</fieldlabel>
    <fieldentry>cc.multiple_choice.v0p1</fieldentry></qtimetadatafield>{metadata}</qtimetadata></itemmetadata>
  <presentation><material><mattext texttype="text/html">{prompt}</mattext></material>
    <response_lid ident="r" rcardinality="Single"><render_choice>{labels}</render_choice></response_lid>{more}
  </presentation>
  <resprocessing><outcomes><decvar varname="SCORE"/></outcomes>
    <respcondition continue="Yes"><conditionvar><varequal respident="r">a</varequal></conditionvar>
      <displayfeedback linkrefid="fb"/></respcondition>
    <respcondition continue="No"><conditionvar><varequal respident="r">{right}</varequal>
      <not><varequal respident="r">a</varequal></not></conditionvar>
      <setvar action="Set" varname="SCORE">100</setvar></respcondition>
  </resprocessing></item>"""


def field(label: str, entry: str) -> str:
    return f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"


def qti_1(*items: str, title: str = "Quiz 1") -> str:
    inside = f'<section ident="root_section">{"".join(items)}</section>'
    around = f'<assessment ident="a" title="{title}">{inside}</assessment>'
    return f'<questestinterop xmlns="{QTI_1}">{around}</questestinterop>'


HALF = item_1("half", "&lt;p&gt;What is &lt;b&gt;half&lt;/b&gt; of 8?&lt;/p&gt;", {"a": "2", "b": "4", "c": "6"}, "b")
TRUE = item_1("yes", "3 : 6 equals 1 : 2", {"t": "True", "f": "False"}, "t")
SEVERAL = HALF.replace('"half"', '"several"').replace("Single", "Multiple")
ESSAY = """<item ident="essay"><presentation><material><mattext>Why?</mattext></material>
<response_str ident="r" rcardinality="Single"><render_fib/></response_str></presentation></item>"""


def qti_2(ident: str = "q-1", right: str = "B", body: str = "", cardinality: str = "single") -> str:
    return f"""<assessmentItem xmlns="{QTI_2}" identifier="{ident}" title="T" adaptive="false" timeDependent="false">
  <responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="identifier">
    <correctResponse><value>{right}</value></correctResponse></responseDeclaration>
  <itemBody><p>A sign says: <strong>Wait</strong>.</p>{body}
    <choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="1">
      <prompt>What do you do?</prompt>
      <simpleChoice identifier="A">I go<feedbackInline identifier="A">No!</feedbackInline></simpleChoice>
      <simpleChoice identifier="B">I <em>wait</em></simpleChoice>
      <simpleChoice identifier="C">I run</simpleChoice>
    </choiceInteraction></itemBody></assessmentItem>"""


QTI_3_ITEM = f"""<qti-assessment-item xmlns="{QTI_3}" identifier="third" title="T" time-dependent="false">
  <qti-response-declaration identifier="R" cardinality="single" base-type="identifier">
    <qti-correct-response><qti-value>y</qti-value></qti-correct-response></qti-response-declaration>
  <qti-item-body><qti-choice-interaction response-identifier="R" max-choices="1"><qti-prompt>Two and two?</qti-prompt>
    <qti-simple-choice identifier="x">3</qti-simple-choice><qti-simple-choice identifier="y">4</qti-simple-choice>
  </qti-choice-interaction></qti-item-body></qti-assessment-item>"""

QTI_MANIFEST = f"""<manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"
    xmlns:lom="http://ltsc.ieee.org/xsd/LOM" xmlns:csm="{CSM}">
  <metadata><schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion></metadata><organizations/>
  <resources>
    <resource identifier="one" type="imsqti_item_xmlv2p1" href="items/one.xml"><metadata>
      <lom:lom><lom:classification><lom:taxonPath>
        <lom:taxon><lom:entry><lom:string>Manners</lom:string></lom:entry>
          <lom:taxon><lom:entry><lom:string>Signs</lom:string></lom:entry></lom:taxon></lom:taxon>
      </lom:taxonPath></lom:classification></lom:lom>
      <csm:curriculumStandardsMetadataSet resourcePartId="q-1"><csm:curriculumStandardsMetadata><csm:setOfGUIDs>
        <csm:labelledGUID><csm:GUID>std-9</csm:GUID></csm:labelledGUID>
      </csm:setOfGUIDs></csm:curriculumStandardsMetadata></csm:curriculumStandardsMetadataSet>
    </metadata><file href="items/one.xml"/></resource>
    <resource identifier="two" type="imsqti_item_xmlv2p1" href="items/two.xml"><file href="items/two.xml"/></resource>
    <resource identifier="test" type="imsqti_test_xmlv2p1" href="test.xml"><file href="test.xml"/></resource>
  </resources></manifest>"""

TEST = f"""<assessmentTest xmlns="{QTI_2}" identifier="t" title="A test"><testPart identifier="p">
  <assessmentSection identifier="s" title="Waiting"><assessmentItemRef identifier="r" href="items/two.xml"/>
  </assessmentSection></testPart></assessmentTest>"""

CARTRIDGE = {
    "imsmanifest.xml": MANIFEST,
    "pages/what is.html": "<html><head><title>Ratios</title></head><body><h1>Ratio</h1><p>One to\n two.</p></body>",
    "pages/more.html": "<p>More</p>",
    "film.xml": '<webLink xmlns="w"><title>Film</title><url href="https://www.youtube.com/watch?v=1"/></webLink>',
    "talk.xml": '<topic><title>Talk</title><text texttype="text/html">&lt;p&gt;Say why.&lt;/p&gt;</text></topic>',
    "work.xml": '<assignment xmlns="a"><title>Work</title><text texttype="text/plain">Do 1 to 5.</text></assignment>',
    "tool.xml": """<cartridge_basiclti_link xmlns:blti="b"><blti:title>Tool</blti:title>
      <blti:description>Counts</blti:description><blti:launch_url>https://tool.example/launch</blti:launch_url>
      </cartridge_basiclti_link>""",
    "files/sheet.pdf": "%PDF",
    "quiz.xml": qti_1(HALF, TRUE, SEVERAL, ESSAY),
    "bank.xml": f'<questestinterop xmlns="{QTI_1}"><objectbank ident="b"><qtimetadata>{field("bank_title", "Spare")}'
    f"</qtimetadata>{HALF.replace('half', 'third', 1)}</objectbank></questestinterop>",
    "p.png": "png",
}
QTI_PACKAGE = {
    "imsmanifest.xml": QTI_MANIFEST,
    "items/one.xml": qti_2(),
    "items/two.xml": qti_2("q-2", "C"),
    "test.xml": TEST,
}


def packed(file: Path, members: dict[str, str | bytes | None], **changed: str | bytes | None) -> Path:
    """A zip of the members; `quiz_xml` changes quiz.xml, None takes it away."""
    every = {**members, **{name.replace("_", "."): content for name, content in changed.items()}}
    with ZipFile(file, "w") as archive:
        for name, content in every.items():
            if content is not None:
                archive.writestr(name, content)
    return file


def unpacked(folder: Path, members: dict[str, str]) -> Path:
    for name, content in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder
